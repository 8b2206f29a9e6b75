import type { components } from "./schema";

type Schemas = components["schemas"];

export type Badge = Schemas["Badge"];
export type BadgeCatalogue = Schemas["BadgeCatalogue"];
export type Ban = Schemas["Ban"];
export type Block = Schemas["Block"];
export type Channel = Schemas["Channel"];
export type Invite = Schemas["Invite"];
export type MatchStatus = Schemas["MatchStatus"];
export type Member = Schemas["Member"];
export type MemberPage = Schemas["MemberPage"];
export type Overwrite = Schemas["Overwrite"];
export type Participant = Schemas["Participant"];
export type Presence = Schemas["Presence"];
export type Role = Schemas["Role"];
export type Room = Schemas["Room"];
export type WholeRoom = Schemas["WholeRoom"];
export type RoomPush = Schemas["RoomPush"];
export type VoicePush = Schemas["VoicePush"];
export type MatchingPush = Schemas["MatchingPush"];
export type MovePush = Schemas["MovePush"];
