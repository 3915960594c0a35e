// The line to the house: Socket.IO over a websocket, which comes back by itself.
import { io } from "socket.io-client";
import type { Line, Refused } from "./wire";

const ANSWER_MS = 10_000;

export interface Heard {
  connected(): void;
  disconnected(): void;
  said(event: string, data: unknown): void;
}

export function connect(heard: Heard): Line {
  const socket = io("/chat", {
    transports: ["websocket"],
    reconnectionDelay: 300,
    reconnectionDelayMax: 5000,
    randomizationFactor: 0.5,
  });
  socket.on("connect", heard.connected);
  socket.on("disconnect", (reason) => {
    heard.disconnected();
    if (reason === "io server disconnect") socket.connect();
  });
  // Refused by the house itself (too many, going down): the library would not try again.
  socket.on("connect_error", () => {
    heard.disconnected();
    if (!socket.active) setTimeout(() => socket.connect(), 3000);
  });
  socket.onAny((event: string, data: unknown) => heard.said(event, data));
  return {
    get connected() {
      return socket.connected;
    },
    ask: <T>(event: string, data: object = {}) =>
      socket.timeout(ANSWER_MS).emitWithAck(event, data) as Promise<T | Refused>,
    renew() {
      socket.disconnect().connect();
    },
  };
}
