"""What one file may cost; a file that costs more is refused by name."""

MIB = 2**20
FILE_BYTES = 256 * MIB  # of a file on disk
TEXT_CHARACTERS = 256 * 10**6  # of the text of one document
TABLE_ROWS = 2**20  # as many as a spreadsheet takes
# A file read in the worker process:
SECONDS = 60.0
MEMORY_BYTES = 2048 * MIB  # address space, where the system limits it
REPLY_BYTES = 512 * MIB
# An Office file, which is a zip archive:
ARCHIVE_FILES = 10_000
ARCHIVE_BYTES = 512 * MIB  # unpacked
ARCHIVE_RATIO = 500  # unpacked bytes for one packed, past the first MiB
