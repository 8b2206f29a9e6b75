/** Sangha's pieces for React front ends. Each stands alone below one `SanghaProvider`. */
import "./style/tokens.css";

export { ask, createSanghaApi, type SanghaApi, type SanghaApiOptions } from "./api/client";
export { Problem, type ProblemDetails } from "./api/problem";
export type * from "./api/types";
export { MemberName, type MemberNameProps } from "./badges/MemberName";
export { RoleBadge, type RoleBadgeProps } from "./badges/RoleBadge";
export { type Sangha, SanghaProvider, useSangha } from "./context";
export { IconPicker, type IconPickerProps } from "./icon-picker/IconPicker";
export { type Matching, useMatching, type Wishes } from "./matching/useMatching";
export { useOnline } from "./online/useOnline";
export { may, PERMISSIONS, type PermissionName } from "./permissions";
export { listen, type TopicListener } from "./realtime/topics";
export { highest, standsAbove } from "./standing";
export { Announcer } from "./ui/Announcer";
export { TipLayer } from "./ui/TipLayer";
export { badgesOf, describe, type Heard, type Speaker, speakerOf } from "./voice/attributes";
export type { VoicePresence } from "./voice/feed";
export {
  apply as applyVoicePush,
  type Here,
  load as loadPresence,
  NOBODY,
  type VoiceState,
  whoIsHere,
} from "./voice/presence";
export { useVoicePresence } from "./voice/useVoicePresence";
export { VoiceSidebar, type VoiceSidebarProps } from "./voice/VoiceSidebar";
