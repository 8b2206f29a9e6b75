/** What went wrong with a request, as people and programs need it. */
export interface ProblemDetails {
  /** HTTP status; 0 where no answer came. */
  status: number;
  /** Stable: decide by it. The API's own, or `unreachable` and `timeout`. */
  code: string;
  /** For developers; never shown to people. */
  detail: string;
  /** Seconds after which to ask again, where the API says so. */
  retryAfterS?: number;
  /** What the operator finds in the log. */
  requestId?: string;
  /** Other members of the answer, such as `people` of `channel_in_use`. */
  extra?: Readonly<Record<string, unknown>>;
}

/** A refused or failed request (RFC 9457). */
export class Problem extends Error implements ProblemDetails {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly retryAfterS?: number;
  readonly requestId?: string;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(details: ProblemDetails) {
    super(`${details.code}: ${details.detail}`);
    this.status = details.status;
    this.code = details.code;
    this.detail = details.detail;
    this.extra = details.extra ?? {};
    if (details.retryAfterS !== undefined) this.retryAfterS = details.retryAfterS;
    if (details.requestId !== undefined) this.requestId = details.requestId;
  }

  /** Whether the same request may succeed later: a vendor is away, or the network. */
  get isAway(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

/** Returns the problem that an answer tells of. */
export function problemOf(response: Response, body: unknown): Problem {
  const members = typeof body === "object" && body !== null ? body : {};
  const {
    code,
    detail,
    status: _status,
    type: _type,
    title: _title,
    ...extra
  } = members as Record<string, unknown>;
  const seconds = Number(response.headers.get("retry-after"));
  const requestId = response.headers.get("x-request-id");
  return new Problem({
    status: response.status,
    code: typeof code === "string" ? code : "http_error",
    detail: typeof detail === "string" ? detail : response.statusText,
    extra,
    ...(seconds > 0 && { retryAfterS: seconds }),
    ...(requestId !== null && { requestId }),
  });
}

/** Says whether an error is the API's refusal by this code. */
export function isProblem(error: unknown, code: string): error is Problem {
  return error instanceof Problem && error.code === code;
}
