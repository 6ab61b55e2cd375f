"""Which number format the hardware computes in."""

import torch

from haechi.schema.trainer import Precision


def resolve_precision(wanted: Precision) -> Precision:
    """`auto` -> bf16 where the device multiplies in it (CUDA, AVX512-BF16, AMX), else float32."""
    if wanted is not Precision.auto:
        return wanted
    if torch.cuda.is_available():
        return (
            Precision.bf16 if torch.cuda.is_bf16_supported(including_emulation=False) else Precision.float32
        )
    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    found = any(getattr(torch.cpu, probe, bool)() for probe in probes)
    return Precision.bf16 if found else Precision.float32
