// The words between the panel and the house.
export interface FileRef {
  id: string;
  name: string;
  media_type: string;
  size: number;
}

export interface Message {
  id: string;
  client_message_id: string | null;
  from: "visitor" | "agent" | "system";
  author: string;
  text: string;
  at: string;
  files: FileRef[];
}

export interface Standing {
  state: "none" | "waiting" | "talking" | "ended";
  version: number;
  agent: { name: string } | null;
  staffed: boolean;
  queue_position: number | null;
  /** Half of those served wait at most this long, four in five at most the next. */
  estimated_wait_s: number | null;
  estimated_wait_up_to_s: number | null;
  /** What is asked about a conversation that ended; `path` is where the answer goes. */
  survey?: Survey | null;
}

export interface Survey {
  path: string;
  question: string;
  score: number | null;
  comment: string;
}

/** An article that was found, and one as it is read. */
export interface Found {
  id: string;
  language: string;
  title: string;
}

export interface Article extends Found {
  text: string;
}

export interface Refused {
  ok: false;
  code: string;
  retry_after?: number;
}

export interface Welcome extends Standing {
  ok: true;
  token: string;
  conversation: string | null;
  messages: Message[];
  more: boolean;
  whole: boolean;
  visitor: { name: string; email: string; verified: boolean };
  blocked: boolean;
}

export interface Stored {
  ok: true;
  message: Message;
  conversation: string;
}

export interface Told {
  conversation_version: number;
  message: Message;
}

/** What the conversation needs of a socket: so that it can be tried without one. */
export interface Line {
  readonly connected: boolean;
  /** Say something and wait for the answer; rejects when none comes in time. */
  ask<T>(event: string, data?: object): Promise<T | Refused>;
  /** Leave and come back: the line is dead although it does not know yet. */
  renew(): void;
}
