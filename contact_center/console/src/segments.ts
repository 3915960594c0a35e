// How many paid segments a text takes (3GPP TS 23.038); the same arithmetic as channels/sms/segments.py.

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED = "\f^{}\\[~]|€";
const WEIGHT = new Map<string, number>([
  ...[...BASIC].map((each): [string, number] => [each, 1]),
  ...[...EXTENDED].map((each): [string, number] => [each, 2]),
]);

export interface Size {
  encoding: "gsm7" | "ucs2";
  segments: number;
  /** Units still free in the last segment. */
  left: number;
}

export function measure(text: string): Size {
  const characters = [...text];
  const plain = characters.map((each) => WEIGHT.get(each));
  return plain.every((each) => each !== undefined)
    ? size("gsm7", plain, 160, 153)
    : size(
        "ucs2",
        characters.map((each) => each.length),
        70,
        67,
      );
}

function size(encoding: Size["encoding"], weights: number[], alone: number, joined: number): Size {
  const total = weights.reduce((sum, each) => sum + each, 0);
  if (total <= alone) return { encoding, segments: 1, left: alone - total };
  let segments = 1;
  let used = 0;
  for (const weight of weights) {
    if (used + weight > joined) {
      segments += 1;
      used = 0;
    }
    used += weight;
  }
  return { encoding, segments, left: joined - used };
}
