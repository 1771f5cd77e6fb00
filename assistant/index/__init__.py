"""A generation on disk: written, published, opened, checked, searched.

indexes/<name>/CURRENT                 the generation in use, and the SHA-256 of its manifest
indexes/<name>/.checked/<generation>   stamp of a generation whose files were hashed here
indexes/<name>/<generation>/           never changed once published
    manifest.json, manifest.sha256     what it is, and the SHA-256 of every other file
    records.sqlite                     documents and passages
    vectors.faiss                      their vectors; vectors.npy too, where a graph is searched
    passages.hashes.npy                what was embedded, by its hash
    lexical/                           their terms
    encoder.onnx, encoder.json, tokenizer.json   the question encoder that matches the vectors
    reader/                            a reader of one's own
"""
