// Sounds made with WebAudio: nothing to download, nothing to licence. Browsers allow sound only after the person acted once,
// so `unlockSound` runs on the first click or key, and `soundReady` tells whether an offer would be heard.
import { Value } from "./store/value";

export type Sound = { volume: number };

export const soundReady = new Value(false);
let context: AudioContext | null = null;
let loop: ReturnType<typeof setInterval> | null = null;

export function unlockSound(): void {
  if (!("AudioContext" in window)) return;
  context ??= new AudioContext();
  void context
    .resume()
    .then(() => soundReady.set(context?.state === "running"))
    .catch(() => soundReady.set(false));
}

function tone(at: number, frequency: number, seconds: number, volume: number): void {
  if (!context) return;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = "sine";
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(volume, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, at + seconds);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + seconds);
}

function chime(volume: number): void {
  if (context?.state !== "running") return;
  const now = context.currentTime;
  tone(now, 659, 0.35, volume);
  tone(now + 0.16, 880, 0.5, volume);
}

/** One soft note: a customer wrote. Unlike an offer's, so that they are told apart with eyes shut. */
export function blip({ volume }: Sound): void {
  if (context?.state === "running") tone(context.currentTime, 523, 0.25, volume);
}

/** Rings every two seconds until stopped. */
export function startRing({ volume }: Sound): void {
  if (loop) return;
  chime(volume);
  loop = setInterval(() => chime(volume), 2000);
}

export function stopRing(): void {
  if (loop) clearInterval(loop);
  loop = null;
}

export function testSound({ volume }: Sound): void {
  unlockSound();
  setTimeout(() => chime(volume), 60);
}
