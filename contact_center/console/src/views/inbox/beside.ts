// What stands beside the list, as one lazy piece: the open conversation and its record.
export { RecordPanel } from "../record/RecordPanel";
export { Conversation } from "../thread/Conversation";
