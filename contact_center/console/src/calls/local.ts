// The telephone of the demo: it dials into the local carrier, which carries words and no sound. Its line ends with the page, as a real one
// would: at once when the page goes, and by the carrier when nobody looks at it any more.
import { Value } from "../store/value";
import type { LineState, Softphone } from "./softphone";

const LOOK_MS = 1000;
const OVER = ["completed", "failed", "busy"];

interface Phone {
  id: string;
  status: string;
}

export class LocalSoftphone implements Softphone {
  readonly state = new Value<LineState>("idle");
  readonly sound = false;
  private phone: string | null = null;
  private looking: ReturnType<typeof setInterval> | undefined;

  constructor() {
    addEventListener("pagehide", () => this.leave());
  }

  async join(ticket: string): Promise<void> {
    this.leave();
    this.state.set("connecting");
    const body = new URLSearchParams({ ticket });
    const answer = await fetch("/simulator/calls/agent", { method: "POST", body }).catch(() => null);
    if (!answer?.ok) {
      this.state.set("lost");
      throw new Error("the local carrier does not answer");
    }
    this.phone = ((await answer.json()) as Phone).id;
    this.looking = setInterval(() => void this.look(), LOOK_MS);
    await this.look();
  }

  leave(): void {
    clearInterval(this.looking);
    if (this.phone)
      void fetch(`/simulator/calls/${this.phone}`, { method: "DELETE", keepalive: true }).catch(() => undefined);
    this.phone = null;
    this.state.set("idle");
  }

  private async look(): Promise<void> {
    const { phone } = this;
    if (!phone) return;
    const answer = await fetch(`/simulator/calls/${phone}`).catch(() => null);
    if (phone !== this.phone || !answer?.ok) return; // another call by now, or no news: the next look tells
    const { status } = (await answer.json()) as Phone;
    if (OVER.includes(status)) {
      clearInterval(this.looking);
      this.phone = null;
      this.state.set("lost");
    } else this.state.set(status === "in-progress" ? "joined" : "connecting");
  }
}
