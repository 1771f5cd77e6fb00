"""A generation on disk: written, published, opened, checked, searched.

indexes/<name>/CURRENT                 names the generation in use
indexes/<name>/<generation>/           never changed once published
    manifest.json                      what it is, and the SHA-256 of every other file
    records.sqlite                     documents and passages
    vectors.faiss, sentences.npy       their vectors
    lexical/                           their terms
    encoder.onnx, encoder.json, tokenizer.json   the question encoder that matches the vectors
"""
