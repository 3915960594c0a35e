"""What a recording of this carrier sounds like: its telephones speak in writing, so each word is a tone of its own, a second long."""

import io
import math
import wave
import zlib
from array import array

RATE = 8000
"""Samples a second: a telephone's."""
VOICED = 0.6
LOUD = 6000


def tones(said: str) -> bytes:
    """A WAV file, 16 bit mono: as many seconds as words, the same word always the same tone (200 to 600 Hz)."""
    samples = array("h")
    for word in said.split():
        pitch = 200 + zlib.crc32(word.casefold().encode()) % 400
        voiced = int(RATE * VOICED)
        samples.extend(int(LOUD * math.sin(2 * math.pi * pitch * number / RATE)) for number in range(voiced))
        samples.extend([0] * (RATE - voiced))
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(RATE)
        made.writeframes(samples.tobytes())
    return out.getvalue()
