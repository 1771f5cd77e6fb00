"""The build with Ray: many cores or machines compute, and one process writes the index.

building    the steps of a build with Ray
source      lists the files of a folder or URL, and fetches one
cluster     Ray itself
reading     workers read, split and find, a row for each file
embedding   workers embed, with a model each
shards      what was computed, on disk until the index is published
results     gives the build what was computed
"""
