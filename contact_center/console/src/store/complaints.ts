// Which layer about complaints is open, whoever opened it: a key, the menu, the palette or the record.
import { Value } from "./value";

export type ComplaintLayer = { kind: "record"; conversation: string } | { kind: "detail"; complaint: string } | null;

export const complaintLayer = new Value<ComplaintLayer>(null);
export const recordComplaint = (conversation: string) => complaintLayer.set({ kind: "record", conversation });
export const openComplaint = (complaint: string) => complaintLayer.set({ kind: "detail", complaint });
export const closeComplaints = () => complaintLayer.set(null);
