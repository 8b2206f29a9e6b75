/** Sangha's pieces for React front ends. Each stands alone below one `SanghaProvider`. */
import "./style/tokens.css";

export { ask, createSanghaApi, type SanghaApi, type SanghaApiOptions } from "./api/client";
export { Problem, type ProblemDetails } from "./api/problem";
export type * from "./api/types";
export { MemberName, type MemberNameProps } from "./badges/MemberName";
export { RoleBadge, type RoleBadgeProps } from "./badges/RoleBadge";
export { type Sangha, SanghaProvider, useSangha } from "./context";
export { may, PERMISSIONS, type PermissionName } from "./permissions";
export { listen, type TopicListener } from "./realtime/topics";
export { highest, standsAbove } from "./standing";
export { Announcer } from "./ui/Announcer";
export { TipLayer } from "./ui/TipLayer";
