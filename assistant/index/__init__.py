"""Generations on disk are written, published, checked, opened and searched.

indexes/<name>/CURRENT                 the generation in use, and the SHA-256 of its manifest
indexes/<name>/.checked/<generation>   stamp of a generation whose files were checked
indexes/<name>/<generation>/           never changed once published
    manifest.json, manifest.sha256     its origin, and the SHA-256 of every other file
    records.sqlite                     documents, passages, players, mentions, figures
    vectors.faiss                      vectors of the passages; of codes, vectors.npy too
    lexical/                           terms of the passages
    encoder.onnx, encoder.json, tokenizer.json   the question encoder that matches the vectors
    reader/                            a reader other than the packaged one
"""
