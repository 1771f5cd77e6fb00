"""Ask documents a question and get an answer that can be checked.

The package lists like the pipeline; a module imports only modules to its left:

errors records settings | load split embed index build | retrieve read cite | answer schema |
evaluate serve cli
"""

__version__ = "0.1.0"
