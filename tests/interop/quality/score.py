"""score.py REFERENCE DEGRADED: PESQ (ITU-T P.862, narrow band) of DEGRADED, which holds REFERENCE somewhere.

Both are 8 kHz 16 bit WAVs; of several channels the first is taken."""
import sys
import wave

import numpy as np
from pesq import pesq


def read(path):
    with wave.open(path) as wav:
        if wav.getframerate() != 8000 or wav.getsampwidth() != 2:
            sys.exit(f"{path}: must be 8 kHz, 16 bit")
        samples = np.frombuffer(wav.readframes(wav.getnframes()), dtype=np.int16)
        return samples[:: wav.getnchannels()].astype(np.float64)


reference, degraded = read(sys.argv[1]), read(sys.argv[2])
if not degraded.any():
    sys.exit(f"{sys.argv[2]}: is silent")
# The lag where both agree best, by correlation in the frequency domain.
size = 1 << (len(reference) + len(degraded)).bit_length()
correlation = np.fft.irfft(np.fft.rfft(degraded, size) * np.conj(np.fft.rfft(reference, size)))
lag = int(np.argmax(correlation))
lag = lag if lag < len(degraded) else lag - size
aligned = np.concatenate([np.zeros(max(0, -lag)), degraded[max(0, lag) :]])[: len(reference)]
aligned = np.concatenate([aligned, np.zeros(len(reference) - len(aligned))])
print(round(pesq(8000, reference, aligned, "nb"), 2))
