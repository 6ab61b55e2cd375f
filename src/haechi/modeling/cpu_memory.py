"""Memory on a CPU: kept by the process instead of being handed back between two steps.

The C library maps a fresh region for every large tensor and gives it back at once, and the system clears each
page that it maps anew: gradients and casts of weights then cost as much again as what is computed.
"""

import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Numbers of glibc's malloc.h."""
LARGEST = 2**30
"""Bytes up to which freed memory is kept."""


def keep_freed_memory() -> bool:
    """Tell the C library to keep freed memory for what comes next; the peak stays what it was.

    Returns:
        Whether the library knows how (glibc does; musl and others do not).
    """
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    set_option.argtypes, set_option.restype = [ctypes.c_int, ctypes.c_int], ctypes.c_int
    return bool(set_option(M_MMAP_THRESHOLD, LARGEST) and set_option(M_TRIM_THRESHOLD, LARGEST))
