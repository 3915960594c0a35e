// The site's one colour, and black or white upon it, whichever is read better (WCAG 2.2 contrast).
const channel = (value: number): number => {
  const part = value / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
};

export function luminance(colour: string): number {
  const number = Number.parseInt(colour.slice(1), 16);
  return (
    0.2126 * channel((number >> 16) & 255) + 0.7152 * channel((number >> 8) & 255) + 0.0722 * channel(number & 255)
  );
}

export function textOn(colour: string): string {
  const light = luminance(colour);
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? "#ffffff" : "#000000";
}
