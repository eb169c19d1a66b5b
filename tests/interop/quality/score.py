"""score.py REFERENCE DEGRADED: PESQ of DEGRADED, which holds REFERENCE somewhere.

Both are 16 bit WAVs of one rate: 8 kHz, judged as narrow band (ITU-T P.862), or 16 kHz, judged as wide band (P.862.2).
Of several channels the first is taken."""
import sys
import wave

import numpy as np
from pesq import pesq


def read(path):
    with wave.open(path) as wav:
        if wav.getframerate() not in (8000, 16000) or wav.getsampwidth() != 2:
            sys.exit(f"{path}: must be 8 or 16 kHz, 16 bit")
        samples = np.frombuffer(wav.readframes(wav.getnframes()), dtype=np.int16)
        return wav.getframerate(), samples[:: wav.getnchannels()].astype(np.float64)


(rate, reference), (degraded_rate, degraded) = read(sys.argv[1]), read(sys.argv[2])
if rate != degraded_rate:
    sys.exit(f"{sys.argv[2]}: must be at {rate} Hz like {sys.argv[1]}, not {degraded_rate}")
if not degraded.any():
    sys.exit(f"{sys.argv[2]}: is silent")
# The lag where both agree best, by correlation in the frequency domain.
size = 1 << (len(reference) + len(degraded)).bit_length()
correlation = np.fft.irfft(np.fft.rfft(degraded, size) * np.conj(np.fft.rfft(reference, size)))
lag = int(np.argmax(correlation))
lag = lag if lag < len(degraded) else lag - size
aligned = np.concatenate([np.zeros(max(0, -lag)), degraded[max(0, lag) :]])[: len(reference)]
aligned = np.concatenate([aligned, np.zeros(len(reference) - len(aligned))])
print(round(pesq(rate, reference, aligned, "nb" if rate == 8000 else "wb"), 2))
