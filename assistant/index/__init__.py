"""A generation on disk: written, published, opened, checked, searched.

indexes/<name>/CURRENT                 the generation in use, and the SHA-256 of its manifest
indexes/<name>/.checked/<generation>   stamp of a generation whose files were hashed on this machine
indexes/<name>/<generation>/           never changed once published
    manifest.json, manifest.sha256     what it is, and the SHA-256 of every other file
    records.sqlite                     documents, passages, players, mentions, figures
    vectors.faiss                      vectors of the passages; vectors.npy too for a graph
    lexical/                           terms of the passages
    encoder.onnx, encoder.json, tokenizer.json   the question encoder that matches the vectors
    reader/                            a reader other than the packaged one
"""
