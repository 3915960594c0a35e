export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--logo)" />
      <path d="M7 18.5c3 0 3-5 6-5s3 5 6 5 3-5 6-5" stroke="#fff" strokeWidth="2.6" fill="none" strokeLinecap="round" />
      <path
        d="M7 23.2c3 0 3-3 6-3s3 3 6 3 3-3 6-3"
        stroke="#fff"
        strokeOpacity=".45"
        strokeWidth="2.2"
        fill="none"
        strokeLinecap="round"
      />
    </svg>
  );
}
