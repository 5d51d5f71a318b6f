/* eslint-disable */
/* tslint:disable */
/*
 * ---------------------------------------------------------------
 * ## THIS FILE WAS GENERATED VIA SWAGGER-TYPESCRIPT-API        ##
 * ##                                                           ##
 * ## AUTHOR: acacode                                           ##
 * ## SOURCE: https://github.com/acacode/swagger-typescript-api ##
 * ---------------------------------------------------------------
 */

/**
 * day of acceptance, serial of the day, check digit (ISO/IEC 7064 MOD 11,10)
 * @pattern ^[0-9]{15,24}$
 */
export type AcceptanceNumber = string;

export interface Accepted {
  /** day of acceptance, serial of the day, check digit (ISO/IEC 7064 MOD 11,10) */
  acceptance_number: AcceptanceNumber;
  /** @format date-time */
  accepted_at: string;
  /** address of the case */
  case: string;
  /** address of its events */
  events: string;
}

/** A utility account and what its company said */
export interface Account {
  account: string;
  answers: Answer[];
  utility: Utility;
}

export interface AccountChange {
  account: string;
  /** @format date-time */
  asked_at: string;
  asked_by: string;
  /**
   * until when it waits
   * @format date-time
   */
  expires_at: string;
  /** @format int64 */
  id: number;
  /** one-time password and no authenticator; name, role and office; open again; draw a key; bind a subject of a provider */
  kind: AccountChangeKind;
  /** given once: half a one-time password, or a key */
  secret?: string;
  /** of a company's key, given once */
  signing_key?: string;
  wanted: {
    company?: string;
    issuer?: string;
    label?: string;
    name?: string;
    office?: string;
    role?: string;
    subject?: string;
  };
}

/** one-time password and no authenticator; name, role and office; open again; draw a key; bind a subject of a provider */
export type AccountChangeKind =
  | "password"
  | "move"
  | "reopen"
  | "key"
  | "subject";

export interface AccountChangeRequest {
  /** @maxLength 64 */
  account: string;
  /** of move to the role company */
  company?: string;
  /** of subject */
  issuer?: string;
  /** one-time password and no authenticator; name, role and office; open again; draw a key; bind a subject of a provider */
  kind: AccountChangeKind;
  /**
   * of key: what uses it
   * @maxLength 100
   */
  label?: string;
  /**
   * of move
   * @maxLength 200
   */
  name?: string;
  /** of move: the county code, none above offices */
  office?: string;
  /** of move */
  role?: string;
  /**
   * of subject
   * @maxLength 255
   */
  subject?: string;
}

export interface AccountChanges {
  account_changes: AccountChange[];
}

export interface AddMaterialParams {
  /** what it is */
  kind?: MaterialKind;
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface Answer {
  /** @format date-time */
  answered_at?: string;
  /** 1/100 yuan */
  arrears_fen: Fen;
  /** @format date-time */
  asked_at: string;
  attempts: number;
  /** 1/100 yuan */
  balance_fen: Fen;
  /** the sentence of the reason */
  detail?: string;
  /** found, moved, refused, later, cancelled; empty before the first answer */
  outcome: string;
  /** a code of the refusal */
  reason?: string;
  step: StepName;
  /** the company's own */
  words?: string;
}

export interface AnswerRequestParams {
  /**
   * reference of the request
   * @maxLength 100
   * @example "202611220000014-water_request"
   */
  ref: string;
}

/** One form for registration, tax and the utilities (申请) */
export interface Application {
  /** @maxItems 20 */
  buyers: Party[];
  /** number of the certificate that is handed in */
  certificate: string;
  co_ownership: CoOwnership;
  /**
   * number of the filed contract (网签备案合同编号)
   * @maxLength 50
   */
  contract: string;
  /** sale_transfer (转移登记) */
  kind: string;
  /** 1/100 yuan */
  price_fen: Fen;
  /** @maxItems 20 */
  sellers: Party[];
  /** unit code of 28 characters (不动产单元代码) */
  unit: string;
  /** @maxItems 3 */
  utilities?: UtilityAccount[];
}

export interface Appointment {
  address?: string;
  /** @format date-time */
  at: string;
  /** @format date-time */
  booked_at: string;
  for: AppointmentPurpose;
  /** county code */
  office: string;
  office_name: string;
  /** @format date-time */
  until: string;
}

export interface AppointmentList {
  appointments: {
    /** @format date-time */
    at: string;
    /** its address, if it is a case */
    case?: string;
    for: AppointmentPurpose;
    /** masked */
    name: string;
    /** of the case or the contract */
    number: string;
    /** as a path of the application */
    party: string;
  }[];
}

export type AppointmentPurpose =
  | "apply"
  | "tax"
  | "supplement"
  | "collect"
  | "advice";

export interface AppointmentRequest {
  /** the beginning of a slot, as the list of free ones names it (RFC 3339) */
  at: string;
  /** what for: apply, tax, supplement, collect, advice */
  for: string;
}

export interface AskRefundParams {
  /**
   * a bill of the case, by its code
   * @maxLength 40
   * @example "b-1"
   */
  bill: string;
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface AskSourceAgainParams {
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface AuditLine {
  action: string;
  /** a staff id, applicant, machine or public */
  actor: string;
  /** @format date-time */
  at: string;
  /** the address it was asked from; not for applicants */
  from?: string;
  /**
   * SHA-256 of this line and the hash of the line before it
   * @format byte
   */
  hash: Blob;
  /**
   * in the case's chain
   * @format int64
   */
  ordinal: number;
  /** in the actor's words */
  reason: string;
  /** the X-Request-Id; not for applicants */
  request?: string;
  result: string;
  /** in which the actor acted */
  role: string;
  /** the action in words */
  text: string;
}

export interface AuditSearch {
  audit: FoundLine[];
  /** where the list goes on */
  next?: string;
}

/** What one payer owes */
export interface Bill {
  /** 1/100 yuan */
  amount_fen: Fen;
  /** names it in addresses below its case */
  code: string;
  /** @format date-time */
  expires_at?: string;
  items: {
    /** 1/100 yuan */
    amount_fen: Fen;
    /** a tax or a fee */
    code: string;
    name: string;
    /** main parameter and the day it took effect */
    rule: string;
  }[];
  /** leads to where a person pays */
  page?: string;
  /** @format date-time */
  paid_at?: string;
  payer: "buyer" | "seller" | "both";
  /** 1 for the first person of the side; 0 when the side owes together */
  person: number;
  /** our receipt of the payment; no tax voucher */
  receipt?: string;
  ref: string;
  /** 1/100 yuan */
  refundable_fen: Fen;
  /** 1/100 yuan */
  returned_fen: Fen;
  state: "open" | "paid" | "treasury" | "void" | "expired";
  /**
   * when the tax side said that the money is in the treasury
   * @format date-time
   */
  treasury_at?: string;
  /** the number of the tax side's voucher as received */
  voucher?: string;
}

/** A case in a list, with the open step that is due first */
export interface Brief {
  /** day of acceptance, serial of the day, check digit (ISO/IEC 7064 MOD 11,10) */
  acceptance_number: AcceptanceNumber;
  /** @format date-time */
  accepted_at: string;
  accepted_by: string;
  case: string;
  holder?: Holder;
  kind: string;
  state: CaseState;
  step?: StepName;
  step_state?: StepState;
  unit: string;
  /** @format date-time */
  until?: string;
}

export interface Case {
  /** day of acceptance, serial of the day, check digit (ISO/IEC 7064 MOD 11,10) */
  acceptance_number: AcceptanceNumber;
  /** @format date-time */
  accepted_at: string;
  accepted_by: string;
  approved_by?: string;
  buyers: Party[];
  /** The certificate; pdf is missing until it is printed */
  certificate?: Certificate;
  certificate_handed_in: string;
  /** The time on the wall, and the time less what waited for the applicant; who held the case how long */
  clocks: Clocks;
  /** @format date-time */
  closed_at?: string;
  co_ownership: CoOwnership;
  contract: string;
  journal: Entry[];
  kind: string;
  /** 1/100 yuan */
  price_fen: Fen;
  /** @format date-time */
  read_at: string;
  sellers: Party[];
  state: CaseState;
  steps: Step[];
  /** What the transfer owes: every line with the rulings behind it */
  tax?: Tax;
  unit: string;
  utilities: Account[];
}

export interface CaseAudit {
  audit: AuditLine[];
  /** where the list goes on */
  next?: string;
}

export interface CaseList {
  cases: Brief[];
  /** address of what follows */
  next?: string;
}

export type CaseState = "open" | "entered" | "closed" | "refused";

/** The certificate; pdf is missing until it is printed */
export interface Certificate {
  /** @format date-time */
  issued_at?: string;
  number: string;
  /** its address */
  pdf?: string;
  /** where anyone may check it */
  verify?: string;
}

/** One thing that a process needs in order to do its work */
export interface Check {
  name: string;
  ok: boolean;
  /** what does not hold */
  why?: string;
}

export interface CitizenCredentials {
  /** six digits */
  code: string;
  /** acceptance or contract number */
  number: string;
  /** a secret that the program draws and keeps, 128 random bits as 26 characters of a-z and 2-7: the code is good for who has it, and a program that has come in with it before is counted apart; without one, for the address */
  ticket?: Ticket;
}

/** The time on the wall, and the time less what waited for the applicant; who held the case how long */
export interface Clocks {
  held_ms: Record<string, number>;
  /** @format int64 */
  office_ms: number;
  spans: Span[];
  /** @format int64 */
  wall_ms: number;
}

export type CoOwnership = "sole" | "joint" | "by_shares";

export interface CodeAnswer {
  valid_minutes: number;
}

export interface CodeRequest {
  /** acceptance or contract number */
  number: string;
  /** a secret that the program draws and keeps, 128 random bits as 26 characters of a-z and 2-7: the code is good for who has it, and a program that has come in with it before is counted apart; without one, for the address */
  ticket?: Ticket;
}

export interface CompanyAnswer {
  /**
   * owed by the old holder
   * @format int64
   */
  arrears_fen?: number;
  /**
   * prepaid by the old holder
   * @format int64
   */
  balance_fen?: number;
  /** found or moved accept, refused refuses */
  outcome: string;
  /** with refused */
  reason?:
    | "ARREARS"
    | "DIRECT_DEBIT"
    | "ACCOUNT_NOT_FOUND"
    | "NAME_MISMATCH"
    | "ADDRESS_MISMATCH"
    | "METER_FAULT"
    | "SHARED_METER"
    | "COMMERCIAL_CATEGORY"
    | "DUPLICATE"
    | "OTHER";
  /** the company's own remark */
  words?: string;
}

export interface CompanyNotice {
  /** @format int64 */
  arrears_fen?: number;
  /** @format int64 */
  balance_fen?: number;
  /** found, moved, refused or cancelled */
  outcome: string;
  /** a code, with refused */
  reason?: string;
  /** of the request */
  ref: string;
  words?: string;
}

export interface CompanyNoticeParams {
  /**
   * the company's utility
   * @example "water"
   */
  utility: Utility;
}

/** What a company may know of one of its requests, people masked */
export interface CompanyRequest {
  /** number of the account that is to move */
  account: string;
  /** of the home */
  address: string;
  /** @format date-time */
  answered_at?: string;
  /** @format date-time */
  asked_at: string;
  /** with confirm: number of the new certificate */
  certificate?: string;
  /** in one of whose names the account is */
  holders: string[];
  /** with confirm: who takes the account */
  new_holder?: string;
  /** later until the company answers; then found, moved, refused or cancelled */
  outcome: string;
  /** check (before the entry) or confirm (after it) */
  phase: string;
  /** with refused */
  reason?: string;
  /** its reference */
  ref: string;
  /** its address */
  request: string;
}

export interface CompanyRequests {
  /** address of what follows */
  next?: string;
  requests: CompanyRequest[];
}

export interface ConfirmAccountChangeParams {
  /**
   * the number of the change
   * @pattern ^[0-9]+$
   * @example "7"
   */
  change: string;
}

/** An officer took the proposed figures as their own */
export interface Confirmation {
  /** @format date-time */
  at: string;
  officer: string;
  reason: string;
}

export interface CorrectFactsParams {
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface Credentials {
  /** of the authenticator, six digits */
  code: string;
  id: string;
  password: string;
}

export interface DeadLetter {
  /** day of acceptance, serial of the day, check digit (ISO/IEC 7064 MOD 11,10) */
  acceptance_number?: AcceptanceNumber;
  /** @format date-time */
  at: string;
  attempts: number;
  /** what may be done with it */
  endings: ("retry" | "hand_over" | "settle")[];
  /** without personal data */
  error: string;
  /** @format int64 */
  id: number;
  /** a step, notice for a message, or money */
  step: string;
}

export interface DeadLetters {
  dead_letters: DeadLetter[];
}

export interface DecideParams {
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
  /**
   * the step that waits
   * @example "review"
   */
  step: StepName;
}

export interface Decision {
  /**
   * always for return, refuse, confirm and give_up
   * @maxLength 500
   */
  reason?: string;
  /** approve, return, refuse, supplement, confirm, retry or give_up */
  verdict: string;
}

export interface Declarations {
  /** @maxItems 5 */
  statements: string[];
}

/** One thing that is wrong, or that a person must look at */
export interface Defect {
  check?: string;
  code: string;
  detail: string;
  /** path such as sellers[0].id_number */
  field?: string;
  outcome?: "pass" | "human" | "block";
}

export interface Dispute {
  about: string;
  /** @maxLength 500 */
  words: string;
}

export interface EndAccountChangeParams {
  /**
   * the number of the change
   * @pattern ^[0-9]+$
   * @example "7"
   */
  change: string;
}

/** A line of the journal; without a step where the case as a whole moved */
export interface Entry {
  actor: string;
  /** @format date-time */
  at: string;
  holder?: Holder;
  /** a code */
  reason: string;
  state: string;
  step?: StepName;
  /** a person's own */
  words?: string;
}

export interface ExplainProblemParams {
  /**
   * the last part of a problem's type
   * @pattern ^[a-z_]+$
   * @example "defects"
   */
  problem: string;
}

/**
 * 1/100 yuan
 * @format int64
 */
export type Fen = number;

export interface FetchMaterialParams {
  /**
   * id of the material
   * @example "1"
   */
  id: string;
}

/** What a party sees of their taxes */
export interface Filing {
  acceptance_number?: string;
  /** @format date-time */
  at: string;
  bills: Bill[];
  /** while there is no case: then it is a preview */
  contract?: string;
  /** @format date-time */
  declared_at?: string;
  disputes: TaxDispute[];
  lines: TaxLine[];
  /** something can be declared or disputed now */
  open: boolean;
  /** why not online */
  reasons: Defect[];
  /** of the assessment */
  revision: number;
  /** what the party declares */
  statements: TaxStatement[];
  /** 1/100 yuan */
  total_fen: Fen;
  /** absent while the offices are being asked */
  verdict?: "online" | "officer" | "window";
}

export interface Fitness {
  checks: Check[];
  status: string;
}

export interface FollowCaseParams {
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface FoundLine {
  action: string;
  /** a staff id, applicant, machine or public */
  actor: string;
  /** @format date-time */
  at: string;
  /** the address it was asked from */
  from?: string;
  /**
   * SHA-256 of this line and the hash of the line before it
   * @format byte
   */
  hash: Blob;
  /**
   * over all chains
   * @format int64
   */
  id: number;
  /** of the object */
  kind: string;
  /** its number or code */
  object: string;
  /**
   * in the object's chain
   * @format int64
   */
  ordinal: number;
  /**
   * the hash of the line before it in its chain
   * @format byte
   */
  previous: Blob;
  /** in the actor's words */
  reason: string;
  /** the X-Request-Id */
  request?: string;
  result: string;
  /** in which the actor acted */
  role: string;
  /** the action in words */
  text: string;
  /** whether the hash is that of what the line says */
  whole: boolean;
}

export interface GetTaxFileParams {
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface HandOver {
  /** which buyer, as a path of the application */
  party: string;
}

export interface HandOverDeadLetterParams {
  /**
   * the letter's number
   * @pattern ^[0-9]+$
   * @example "7"
   */
  letter: string;
}

export interface HandOverParams {
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export type Holder =
  | "machine"
  | "reviewer"
  | "applicant"
  | "tax_officer"
  | "company"
  | "operator";

export interface LetterEnding {
  /**
   * always for a hand-over and a settlement
   * @maxLength 500
   */
  reason?: string;
  /** of a hand-over: reviewer or tax_officer */
  to?: string;
}

export interface ListCasesParams {
  /**
   * only those accepted at this moment or later
   * @format date-time
   */
  accepted_since?: string;
  /**
   * only those accepted before this moment
   * @format date-time
   */
  accepted_until?: string;
  /**
   * where to go on; taken from next
   * @maxLength 200
   */
  cursor?: string;
  /** only those in which this holder has an open step */
  holder?: Holder;
  /**
   * at most so many at once
   * @min 1
   * @max 200
   * @default 50
   */
  limit?: number;
  /** only those that stand here */
  state?: CaseState;
  /** only those in which this step is open */
  step?: StepName;
  /**
   * only those on this unit (不动产单元代码)
   * @pattern ^[0-9A-Z]{28}$
   */
  unit?: string;
}

export interface ListMaterialsParams {
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface ListRequestsParams {
  /**
   * where to go on; taken from next
   * @maxLength 200
   */
  cursor?: string;
  /**
   * at most so many at once
   * @min 1
   * @max 50
   * @default 50
   */
  limit?: number;
}

/** A file of a case */
export interface Material {
  /** @pattern ^[0-9a-f]{64}$ */
  sha256: string;
  /** @format date-time */
  added_at: string;
  added_by: string;
  /** its address */
  file: string;
  id: string;
  kind: MaterialKind;
  media_type: string;
  name: string;
  pages: number;
  /** @format int64 */
  size: number;
}

export type MaterialKind =
  | "application_form"
  | "identity"
  | "certificate"
  | "contract"
  | "marriage"
  | "power_of_attorney"
  | "tax_proof"
  | "consent"
  | "other";

export interface MaterialList {
  materials: Material[];
}

export interface Mine {
  /** day of acceptance, serial of the day, check digit (ISO/IEC 7064 MOD 11,10) */
  acceptance_number: AcceptanceNumber;
  /** @format date-time */
  accepted_at: string;
  bill?: {
    /** 1/100 yuan */
    amount_fen: Fen;
    /** where it is paid */
    pay?: string;
    state: string;
  };
  bills?: Bill[];
  certificate?: string;
  /** @format date-time */
  closed_at?: string;
  kind: string;
  refunds?: Refund[];
  state: CaseState;
  steps: {
    holder?: string;
    state: string;
    step: string;
  }[];
  /** the last two groups of its code */
  unit: string;
}

export interface MyAppointment {
  address?: string;
  appointment?: Appointment;
  /** of the case or the contract */
  number: string;
  /** county code */
  office: string;
  office_name: string;
  /** those with a place left, the earliest first */
  slots: {
    /** @format date-time */
    at: string;
    /** places left */
    free: number;
  }[];
}

export interface NoteVoucherParams {
  /**
   * a bill of the case, by its code
   * @maxLength 40
   * @example "b-1"
   */
  bill: string;
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface OfficerLine {
  /** 1/100 yuan */
  base_fen: Fen;
  /** 1/100 yuan */
  due_fen: Fen;
  payer: "buyer" | "seller";
  person: number;
  /** @format int64 */
  rate_bp: number;
  /** 1/100 yuan */
  relief_fen: Fen;
  tax: string;
}

export interface OverrideLineParams {
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface Party {
  /** resident or organisation; resident if left out */
  id_kind?: string;
  /** of the identity document, or the unified social credit code */
  id_number: string;
  /** kept as typed, rare characters included; at most 50 characters */
  name: string;
  /** where notices go */
  phone?: string;
  /** of a buyer under by_shares, such as 1/2 */
  share?: string;
}

export interface PaymentNotice {
  /** of the bill */
  ref: string;
  /** open, paid, closed or declined */
  state: string;
}

export interface PrintMyReceiptParams {
  /**
   * a bill of the case, by its code
   * @maxLength 40
   * @example "b-1"
   */
  bill: string;
}

export interface PrintReceiptParams {
  /**
   * a bill of the case, by its code
   * @maxLength 40
   * @example "b-1"
   */
  bill: string;
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface PrintStatementParams {
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

/** A refusal (RFC 9457). The type is stable and explains itself at its address. */
export interface Problem {
  /** of /readyz: what holds and what does not */
  checks?: Check[];
  detail?: string;
  errors?: Defect[];
  /**
   * number under which the log speaks of the request
   * @format uri
   */
  instance?: string;
  /**
   * @min 400
   * @max 599
   */
  status: number;
  title: string;
  /**
   * @format uri-reference
   * @pattern ^/problems/[a-z_]+$
   */
  type: string;
}

export interface Proof {
  /** of the authenticator, six digits */
  code: string;
  password: string;
}

export interface Readiness {
  findings: Defect[];
  ready: boolean;
}

export interface ReassessParams {
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

/** Money that goes back to who paid it */
export interface Refund {
  /** 1/100 yuan */
  amount_fen: Fen;
  bill: string;
  /** @format date-time */
  due_at: string;
  /** @format date-time */
  ended_at?: string;
  ref: string;
  state: "due" | "asked" | "done" | "failed";
  why:
    | "paid_late"
    | "paid_twice"
    | "paid_other"
    | "case_ended"
    | "reassessed"
    | "by_a_person";
}

export interface RefundRequest {
  /** 1/100 yuan */
  amount_fen: Fen;
  /** @maxLength 500 */
  reason: string;
}

export interface RenewBillsParams {
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface RetryDeadLetterParams {
  /**
   * the letter's number
   * @pattern ^[0-9]+$
   * @example "7"
   */
  letter: string;
}

export interface SearchAuditParams {
  /**
   * only lines that say this, such as revealed
   * @maxLength 40
   */
  action?: string;
  /**
   * only what this one did or saw
   * @maxLength 200
   */
  actor?: string;
  /**
   * where to go on; taken from next
   * @maxLength 200
   */
  cursor?: string;
  /** only lines about objects of this kind */
  kind?: "case" | "unit" | "staff" | "certificate" | "letter";
  /**
   * at most so many at once
   * @min 1
   * @max 200
   * @default 50
   */
  limit?: number;
  /**
   * only lines about this object: its number or code
   * @maxLength 200
   */
  object?: string;
  /**
   * only lines of this moment or later
   * @format date-time
   */
  since?: string;
  /**
   * only lines before this moment
   * @format date-time
   */
  until?: string;
}

export interface SecondOpinionParams {
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface Session {
  /** of the citizen */
  acceptance_number?: string;
  /** @format date-time */
  expires_at: string;
  office?: string;
  /** @format date-time */
  opened_at: string;
  person: string;
  /**
   * until when it may approve and hand over
   * @format date-time
   */
  proved_until?: string;
  role: string;
  /** of the session, given once */
  token?: string;
}

export interface SettleDeadLetterParams {
  /**
   * the letter's number
   * @pattern ^[0-9]+$
   * @example "7"
   */
  letter: string;
}

/** Which value of a parameter a line used, and on whose word */
export interface Settlement {
  article?: string;
  by?: string;
  document: string;
  /** @format date-time */
  from_on?: string;
  /** of an adopted value: the document of law behind it */
  law?: string;
  office?: string;
  /** @format date-time */
  on?: string;
  param?: string;
  sample?: boolean;
  standing: "verified" | "adopted" | "unsettled" | "stated" | "officer";
  /** @format int64 */
  value: number;
}

export interface ShowBillParams {
  /**
   * a bill of the case, by its code
   * @maxLength 40
   * @example "b-1"
   */
  bill: string;
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface ShowCaseAuditParams {
  /**
   * an ordinal; lines after it
   * @format int64
   * @min 0
   */
  after?: number;
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface ShowCaseParams {
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface ShowCertificateParams {
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface ShowDeadLetterAuditParams {
  /**
   * an ordinal; lines after it
   * @format int64
   * @min 0
   */
  after?: number;
  /**
   * the letter's number
   * @pattern ^[0-9]+$
   * @example "7"
   */
  letter: string;
}

export interface ShowRequestParams {
  /**
   * reference of the request
   * @maxLength 100
   * @example "202611220000014-water_request"
   */
  ref: string;
}

export interface ShowStaffAuditParams {
  /**
   * an ordinal; lines after it
   * @format int64
   * @min 0
   */
  after?: number;
  /**
   * the id of an account
   * @pattern ^[a-z0-9][a-z0-9-]{0,63}$
   * @example "clerk-01"
   */
  person: string;
}

export interface ShowStatementParams {
  /**
   * acceptance number (受理编号)
   * @example "202611220000014"
   */
  number: AcceptanceNumber;
}

export interface ShowUnitAuditParams {
  /**
   * an ordinal; lines after it
   * @format int64
   * @min 0
   */
  after?: number;
  /**
   * the code of a unit
   * @pattern ^[0-9A-Z]{28}$
   * @example "430602001001GB00001F00010002"
   */
  unit: string;
}

export interface Span {
  /** @format date-time */
  from: string;
  holder: Holder;
  step?: StepName;
  /** @format date-time */
  to: string;
}

/** What a person said of the step */
export interface SpokenVerdict {
  by: string;
  reason?: string;
  verdict: string;
}

/** What the reader may know of an assessment: staff all of it, a party what is their own side's */
export interface Statement {
  acceptance_number: string;
  /**
   * when the last thing in it was learnt or decided
   * @format date-time
   */
  as_of: string;
  /** SHA-256 of all it says in Chinese, in hexadecimal; the printed statement bears it */
  check: string;
  location?: string;
  /** a proposal binds nobody */
  outcome: "assessed" | "exempt" | "proposed";
  payers: {
    /** masked */
    names: string[];
    side: string;
  }[];
  /** where it is printed */
  pdf: string;
  /** that stand */
  revisions: TaxRevision[];
  sample: boolean;
  /** whose part it is; absent of all of it */
  side?: "buyer" | "seller";
  /** What the transfer owes: every line with the rulings behind it */
  tax: Tax;
  totals: {
    /** 1/100 yuan */
    payable_fen: Fen;
    payer: string;
    /** 1 for the first person of the side; 0 when the side owes jointly */
    person: number;
  }[];
  unit: string;
}

export interface Status {
  status: string;
}

/** Where one step stands: who holds it, since when, until when */
export interface Step {
  findings?: Defect[];
  /** @format date-time */
  finished_at?: string;
  holder?: Holder;
  /** @format date-time */
  since?: string;
  /** @format date-time */
  started_at?: string;
  state: StepState;
  step: StepName;
  /** @format date-time */
  until?: string;
  /** What a person said of the step */
  verdict?: SpokenVerdict;
  /** @format int64 */
  waited_ms: number;
  /** @format int64 */
  worked_ms: number;
}

export type StepName =
  | "filing"
  | "review"
  | "assess"
  | "settle"
  | "water_request"
  | "power_request"
  | "gas_request"
  | "enter"
  | "certificate"
  | "water_confirm"
  | "power_confirm"
  | "gas_confirm"
  | "water_cancel"
  | "power_cancel"
  | "gas_cancel";

export type StepState =
  | "waiting"
  | "running"
  | "needs_input"
  | "manual"
  | "awaiting_payment"
  | "awaiting_company"
  | "done"
  | "refused"
  | "cancelled";

/** What the transfer owes: every line with the rulings behind it */
export interface Tax {
  /** the first that waits, else the first; see bills */
  bill?: Bill;
  bills?: Bill[];
  /** An officer took the proposed figures as their own */
  confirmed?: Confirmation;
  facts: TaxFact[];
  lines: TaxLine[];
  /** why an officer must decide */
  manual?: Defect[];
  refunds?: Refund[];
  rule_set: string;
  /** 1/100 yuan */
  total_fen: Fen;
  /** taxes without even a proposed figure */
  without?: string[];
}

export interface TaxCorrection {
  changes: {
    /** a fact of the file, by its path */
    fact: string;
    value: string;
  }[];
  /**
   * by number or name
   * @maxLength 100
   */
  document?: string;
  /** @maxLength 500 */
  reason?: string;
}

export interface TaxDesk {
  cases: TaxDeskCase[];
}

export interface TaxDeskCase {
  acceptance_number: string;
  /** that waits for a second officer */
  proposal?: {
    /** @format date-time */
    at: string;
    by: string;
    kind: "correction" | "override";
  };
  reasons: Defect[];
  /** @format date-time */
  since?: string;
  unit: string;
  /** @format date-time */
  until?: string;
}

/** What a party said is wrong, and what an officer made of it */
export interface TaxDispute {
  about: "family" | "homes" | "sole" | "holding" | "deal";
  /** the officer's words */
  answer?: string;
  /** @format date-time */
  at: string;
  /** absent while an officer looks at it */
  outcome?: "stands" | "changed";
  words: string;
}

/** A fact of an assessment, who supplied it and as of when; it names nobody */
export interface TaxFact {
  /** its path, such as family.homes.city */
  fact: string;
  /**
   * as of when the source knows it
   * @format date-time
   */
  known_at?: string;
  label: string;
  /** of the source; unless it is answered, the fact is unknown */
  outcome:
    | "answered"
    | "late"
    | "refused"
    | "malformed"
    | "stale"
    | "not_connected";
  source: "family" | "homes" | "prior" | "valuation" | "register" | "officer";
  /** integer fen, hundredths of m², 2018-09-09 or empty, a count, yes, no, unknown */
  value: string;
  /** the value as people read it */
  words: string;
}

export interface TaxFile {
  acceptance_number: string;
  /** of the parties */
  disputes: TaxDispute[];
  /** the right is entered, or the case is over */
  final: boolean;
  revisions: TaxRevision[];
  /** What the transfer owes: every line with the rulings behind it */
  tax: Tax;
  /** for a tax officer */
  waiting: boolean;
}

export interface TaxLine {
  /** 1/100 yuan */
  base_fen: Fen;
  /** the sentence of the reason */
  detail?: string;
  /** 1/100 yuan */
  due_fen: Fen;
  /** facts that nobody knows and that the line was guessed from */
  lacks?: string[];
  /** 1/100 yuan */
  payable_fen: Fen;
  payer: "buyer" | "seller";
  /** 1 for the first person of the side; 0 when the side owes jointly */
  person: number;
  /**
   * basis points
   * @format int64
   */
  rate_bp: number;
  /** why it pays nothing or less */
  reason?: string;
  /** 1/100 yuan */
  relief_fen: Fen;
  /** main parameter and the day it took effect */
  rule: string;
  settled: Settlement[];
  tax: string;
}

export interface TaxOverride {
  /** 1/100 yuan */
  base_fen: Fen;
  /**
   * by number or name
   * @maxLength 100
   */
  document?: string;
  /** 1/100 yuan */
  due_fen: Fen;
  payer: "buyer" | "seller";
  /** 1 for the first person of the side; 0 when the side owes jointly */
  person: number;
  /**
   * basis points
   * @format int64
   */
  rate_bp: number;
  /** @maxLength 500 */
  reason?: string;
  /** 1/100 yuan */
  relief_fen: Fen;
  tax: string;
}

export interface TaxQuestion {
  /** @maxLength 500 */
  reason: string;
  /** family, homes, prior or valuation */
  source: string;
}

export interface TaxReassessment {
  /** @maxLength 500 */
  reason: string;
}

/** What officers did about the facts or the lines */
export interface TaxRevision {
  /** @format date-time */
  at: string;
  /** What the transfer owes: every line with the rulings behind it */
  becomes?: Tax;
  by: string;
  changes?: {
    fact: string;
    label: string;
    value: string;
    words: string;
  }[];
  document?: string;
  kind: "answers" | "correction" | "override";
  line?: OfficerLine;
  ordinal: number;
  reason?: string;
  second?: {
    /** @format date-time */
    at: string;
    by: string;
    reason?: string;
    verdict: "accepted" | "declined";
  };
  sources?: string[];
}

export interface TaxSecond {
  /**
   * always of a refusal
   * @maxLength 500
   */
  reason?: string;
  /** accepted or declined */
  verdict: string;
}

export interface TaxStatement {
  facts: TaxFact[];
  statement: "family" | "homes" | "sole" | "holding" | "deal";
  words: string;
}

/**
 * a secret that the program draws and keeps, 128 random bits as 26 characters of a-z and 2-7: the code is good for who has it, and a program that has come in with it before is counted apart; without one, for the address
 * @maxLength 100
 */
export type Ticket = string;

export type Utility = "water" | "power" | "gas";

export interface UtilityAccount {
  /** number of the account to be moved (户号) */
  account: string;
  /** water, power or gas */
  utility: string;
}

export interface Voucher {
  /** @maxLength 40 */
  voucher: string;
}

export type QueryParamsType = Record<string | number, any>;
export type ResponseFormat = keyof Omit<Body, "body" | "bodyUsed">;

export interface FullRequestParams extends Omit<RequestInit, "body"> {
  /** set parameter to `true` for call `securityWorker` for this request */
  secure?: boolean;
  /** request path */
  path: string;
  /** content type of request body */
  type?: ContentType;
  /** query params */
  query?: QueryParamsType;
  /** format of response (i.e. response.json() -> format: "json") */
  format?: ResponseFormat;
  /** request body */
  body?: unknown;
  /** base url */
  baseUrl?: string;
  /** request cancellation token */
  cancelToken?: CancelToken;
}

export type RequestParams = Omit<
  FullRequestParams,
  "body" | "method" | "query" | "path"
>;

export interface ApiConfig<SecurityDataType = unknown> {
  baseUrl?: string;
  baseApiParams?: Omit<RequestParams, "baseUrl" | "cancelToken" | "signal">;
  securityWorker?: (
    securityData: SecurityDataType | null,
  ) => Promise<RequestParams | void> | RequestParams | void;
  customFetch?: typeof fetch;
}

export interface HttpResponse<D extends unknown, E extends unknown = unknown>
  extends Response {
  data: D;
  error: E;
}

type CancelToken = Symbol | string | number;

export type ContentType =
  | "application/json"
  | "application/vnd.api+json"
  | "multipart/form-data"
  | "application/x-www-form-urlencoded"
  | "text/plain";

export class HttpClient<SecurityDataType = unknown> {
  public baseUrl: string = "/";
  private securityData: SecurityDataType | null = null;
  private securityWorker?: ApiConfig<SecurityDataType>["securityWorker"];
  private abortControllers = new Map<CancelToken, AbortController>();
  private customFetch = (...fetchParams: Parameters<typeof fetch>) =>
    fetch(...fetchParams);

  private baseApiParams: RequestParams = {
    credentials: "same-origin",
    headers: {},
    redirect: "follow",
    referrerPolicy: "no-referrer",
  };

  constructor(apiConfig: ApiConfig<SecurityDataType> = {}) {
    Object.assign(this, apiConfig);
  }

  public setSecurityData = (data: SecurityDataType | null) => {
    this.securityData = data;
  };

  protected encodeQueryParam(key: string, value: any) {
    const encodedKey = encodeURIComponent(key);
    return `${encodedKey}=${encodeURIComponent(typeof value === "number" ? value : `${value}`)}`;
  }

  protected addQueryParam(query: QueryParamsType, key: string) {
    return this.encodeQueryParam(key, query[key]);
  }

  protected addArrayQueryParam(query: QueryParamsType, key: string) {
    const value = query[key];
    return value.map((v: any) => this.encodeQueryParam(key, v)).join("&");
  }

  protected toQueryString(rawQuery?: QueryParamsType): string {
    const query = rawQuery || {};
    const keys = Object.keys(query).filter(
      (key) => "undefined" !== typeof query[key],
    );
    return keys
      .map((key) =>
        Array.isArray(query[key])
          ? this.addArrayQueryParam(query, key)
          : this.addQueryParam(query, key),
      )
      .join("&");
  }

  protected addQueryParams(rawQuery?: QueryParamsType): string {
    const queryString = this.toQueryString(rawQuery);
    return queryString ? `?${queryString}` : "";
  }

  private contentFormatters: Record<ContentType, (input: any) => any> = {
    ["application/json"]: (input: any) =>
      input !== null && (typeof input === "object" || typeof input === "string")
        ? JSON.stringify(input)
        : input,
    ["application/vnd.api+json"]: (input: any) =>
      input !== null && (typeof input === "object" || typeof input === "string")
        ? JSON.stringify(input)
        : input,
    ["text/plain"]: (input: any) =>
      input !== null && typeof input !== "string"
        ? JSON.stringify(input)
        : input,
    ["multipart/form-data"]: (input: any) => {
      if (input instanceof FormData) {
        return input;
      }

      return Object.keys(input || {}).reduce((formData, key) => {
        const property = input[key];
        formData.append(
          key,
          property instanceof Blob
            ? property
            : typeof property === "object" && property !== null
              ? JSON.stringify(property)
              : `${property}`,
        );
        return formData;
      }, new FormData());
    },
    ["application/x-www-form-urlencoded"]: (input: any) =>
      this.toQueryString(input),
  };

  protected mergeRequestParams(
    params1: RequestParams,
    params2?: RequestParams,
  ): RequestParams {
    return {
      ...this.baseApiParams,
      ...params1,
      ...(params2 || {}),
      headers: {
        ...(this.baseApiParams.headers || {}),
        ...(params1.headers || {}),
        ...((params2 && params2.headers) || {}),
      },
    };
  }

  protected createAbortSignal = (
    cancelToken: CancelToken,
  ): AbortSignal | undefined => {
    if (this.abortControllers.has(cancelToken)) {
      const abortController = this.abortControllers.get(cancelToken);
      if (abortController) {
        return abortController.signal;
      }
      return void 0;
    }

    const abortController = new AbortController();
    this.abortControllers.set(cancelToken, abortController);
    return abortController.signal;
  };

  public abortRequest = (cancelToken: CancelToken) => {
    const abortController = this.abortControllers.get(cancelToken);

    if (abortController) {
      abortController.abort();
      this.abortControllers.delete(cancelToken);
    }
  };

  public request = async <T = any, E = any>({
    body,
    secure,
    path,
    type,
    query,
    format,
    baseUrl,
    cancelToken,
    ...params
  }: FullRequestParams): Promise<HttpResponse<T, E>> => {
    const secureParams =
      ((typeof secure === "boolean" ? secure : this.baseApiParams.secure) &&
        this.securityWorker &&
        (await this.securityWorker(this.securityData))) ||
      {};
    const requestParams = this.mergeRequestParams(params, secureParams);
    const queryString = query && this.toQueryString(query);
    const payloadFormatter = this.contentFormatters[type || "application/json"];
    const responseFormat = format || requestParams.format;

    return this.customFetch(
      `${baseUrl || this.baseUrl || ""}${path}${queryString ? `?${queryString}` : ""}`,
      {
        ...requestParams,
        headers: {
          ...(requestParams.headers || {}),
          ...(type && type !== "multipart/form-data"
            ? { "Content-Type": type }
            : {}),
        },
        signal:
          (cancelToken
            ? this.createAbortSignal(cancelToken)
            : requestParams.signal) || null,
        body:
          typeof body === "undefined" || body === null
            ? null
            : payloadFormatter(body),
      },
    ).then(async (response) => {
      const r = response as HttpResponse<T, E>;
      r.data = null as unknown as T;
      r.error = null as unknown as E;

      const responseToParse = responseFormat ? response.clone() : response;
      const data = !responseFormat
        ? r
        : await responseToParse[responseFormat]()
            .then((data) => {
              if (r.ok) {
                r.data = data;
              } else {
                r.error = data;
              }
              return r;
            })
            .catch((e) => {
              r.error = e;
              return r;
            });

      if (cancelToken) {
        this.abortControllers.delete(cancelToken);
      }

      if (!response.ok) throw data;
      return data;
    });
  };
}

/**
 * @title Onewindow
 * @version 1.0.0
 * @license See the repository
 * @baseUrl /
 *
 * One application at one window becomes, in parallel, the registration review, the tax assessment and the transfers
 * of water, power and gas; when both have passed, the right is entered and a certificate issued.
 *
 * **Who asks.** HTTP Basic with an id and a drawn key (programs), `Authorization: Bearer` with the token of a session,
 * or the cookie of the pages. An object of another office, company or party is answered like one that is not there.
 *
 * **Refusals** are RFC 9457 problems (`application/problem+json`). `type` is stable and explains itself at its address;
 * `title`, `detail` and the words of `errors` are in Chinese or English by `Accept-Language`; `errors` lists every defect
 * at once, with a stable `code` and the path of the field.
 *
 * **Sending again.** `POST /api/v1/cases` takes an `Idempotency-Key` (1 to 200 printable ASCII characters, kept as long as the
 * case): the same key and body is answered with the first answer and `Idempotent-Replayed: true`, another body with 422, a key
 * whose first request is still under way with 409. Materials and appointments take one too; every other POST says under `x-repeat` why it needs none.
 *
 * **Changes of a case** need `If-Match` with the `ETag` under which it was seen (RFC 9110): without it 428 (RFC 6585), with a stale
 * one 412 and nothing is changed. A tag is stale once something has happened that concerns the change: in a step of the same
 * department or company, or to the case as a whole; a water company that answers meanwhile makes nobody decide again. `*` decides
 * without having looked. The tag names the state of the case and the language; the members that only tell the time of reading
 * (`read_at`, `clocks`, `waited_ms`) are not part of what it stands for. `If-None-Match` saves an unchanged body (304).
 *
 * **Lists** are read forwards: `next` (and `Link: <…>; rel="next"`) is the address of what follows. The cursor in it is opaque.
 *
 * **Limits.** Answers carry `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers): `q` requests in `w` seconds,
 * `r` left, for `t` seconds. Beyond them 429 with `Retry-After`. Signing in and asking for codes have far smaller limits.
 *
 * **Compatibility.** Within v1 members, parameters, problem types and enumeration values may be added and none removed or
 * changed: readers pass over what they do not know. What is to go is first marked `deprecated` here for at least twelve months;
 * its answers then carry `Deprecation` (RFC 9745) and, with a day set, `Sunset` (RFC 8594). Requests are read strictly: an
 * unknown member is refused by name.
 *
 * Amounts are whole fen (1/100 yuan), times RFC 3339 in UTC+8.
 */
export class Api<
  SecurityDataType extends unknown,
> extends HttpClient<SecurityDataType> {
  api = {
    /**
     * No description
     *
     * @tags cases
     * @name ListCases
     * @summary List cases, the newest first, without their people
     * @request GET:/api/v1/cases
     * @secure
     */
    listCases: (query: ListCasesParams = {}, params: RequestParams = {}) =>
      this.request<CaseList, Problem>({
        path: `/api/v1/cases`,
        method: "GET",
        query: query,
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * @description First request and resend are both answered 201 with the same body. An application with defects is refused with all of them at once, and nothing is written.
     *
     * @tags cases
     * @name AcceptCase
     * @summary Hand in an application; it becomes a case
     * @request POST:/api/v1/cases
     * @secure
     */
    acceptCase: (data: Application, params: RequestParams = {}) =>
      this.request<Accepted, Problem>({
        path: `/api/v1/cases`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags cases
     * @name Preflight
     * @summary Name every defect of an application without handing it in
     * @request POST:/api/v1/cases/preflight
     * @secure
     */
    preflight: (data: Application, params: RequestParams = {}) =>
      this.request<Readiness, Problem>({
        path: `/api/v1/cases/preflight`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags cases
     * @name ShowCase
     * @summary Everything that staff may see of a case, its people masked
     * @request GET:/api/v1/cases/{number}
     * @secure
     */
    showCase: ({ number }: ShowCaseParams, params: RequestParams = {}) =>
      this.request<Case, void | Problem>({
        path: `/api/v1/cases/${number}`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * @description The id of an event is the version of the case: a client that comes again with Last-Event-ID misses nothing. 204 says that nothing more will come. A stream ends after ten minutes; the client comes again.
     *
     * @tags cases
     * @name FollowCase
     * @summary Follow a case as server-sent events, each the case as it then stands
     * @request GET:/api/v1/cases/{number}/events
     * @secure
     */
    followCase: ({ number }: FollowCaseParams, params: RequestParams = {}) =>
      this.request<Ticket, Problem>({
        path: `/api/v1/cases/${number}/events`,
        method: "GET",
        secure: true,
        ...params,
      }),

    /**
     * @description For audit administrators, and for the applicants themselves, who do not learn from which address a member of the staff asked. Asking is itself written down.
     *
     * @tags cases
     * @name ShowCaseAudit
     * @summary Who did and saw what of a case, the oldest first
     * @request GET:/api/v1/cases/{number}/audit
     * @secure
     */
    showCaseAudit: (
      { number, ...query }: ShowCaseAuditParams,
      params: RequestParams = {},
    ) =>
      this.request<CaseAudit, Problem>({
        path: `/api/v1/cases/${number}/audit`,
        method: "GET",
        query: query,
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags cases
     * @name ShowCertificate
     * @summary The certificate itself, unmasked
     * @request GET:/api/v1/cases/{number}/certificate.pdf
     * @secure
     */
    showCertificate: (
      { number }: ShowCertificateParams,
      params: RequestParams = {},
    ) =>
      this.request<Blob, void | Problem | Ticket>({
        path: `/api/v1/cases/${number}/certificate.pdf`,
        method: "GET",
        secure: true,
        ...params,
      }),

    /**
     * No description
     *
     * @tags cases
     * @name ListMaterials
     * @summary The materials of a case
     * @request GET:/api/v1/cases/{number}/materials
     * @secure
     */
    listMaterials: (
      { number }: ListMaterialsParams,
      params: RequestParams = {},
    ) =>
      this.request<MaterialList, Problem>({
        path: `/api/v1/cases/${number}/materials`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * @description The file alone, its kind in the query and its name in Content-Disposition, or a form with kind and file. What it is called does not count: PDF, JPEG and PNG are told by their content; pictures are written anew without what they say of where they were taken.
     *
     * @tags cases
     * @name AddMaterial
     * @summary Hand a file in for a case
     * @request POST:/api/v1/cases/{number}/materials
     * @secure
     */
    addMaterial: (
      { number, ...query }: AddMaterialParams,
      data: File,
      params: RequestParams = {},
    ) =>
      this.request<Material, Problem>({
        path: `/api/v1/cases/${number}/materials`,
        method: "POST",
        query: query,
        body: data,
        secure: true,
        type: "multipart/form-data",
        format: "json",
        ...params,
      }),

    /**
     * @description Which role may say which verdict: approve, refuse and return a review; confirm figures; supplement, retry, give up. Nobody approves a case that they accepted.
     *
     * @tags cases
     * @name Decide
     * @summary Say a person's verdict on a step that waits for them
     * @request POST:/api/v1/cases/{number}/steps/{step}/decision
     * @secure
     */
    decide: (
      { number, step }: DecideParams,
      data: Decision,
      params: RequestParams = {},
    ) =>
      this.request<Case, Problem>({
        path: `/api/v1/cases/${number}/steps/${step}/decision`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * @description Of one's own office, those that are due first, at most a hundred; with every reason.
     *
     * @tags tax
     * @name ListTaxDesk
     * @summary The cases that wait for a tax officer
     * @request GET:/api/v1/tax-desk
     * @secure
     */
    listTaxDesk: (params: RequestParams = {}) =>
      this.request<TaxDesk, Problem>({
        path: `/api/v1/tax-desk`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * @description The facts with who supplied them, the assessment line by line, and what officers did about both.
     *
     * @tags tax
     * @name GetTaxFile
     * @summary The tax file of a case
     * @request GET:/api/v1/cases/{number}/tax
     * @secure
     */
    getTaxFile: ({ number }: GetTaxFileParams, params: RequestParams = {}) =>
      this.request<TaxFile, Problem>({
        path: `/api/v1/cases/${number}/tax`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * @description Every line with the rules behind it, the facts with who supplied them, and who revised what. While a tax officer has still to decide, the outcome is `proposed` and binds nobody.
     *
     * @tags tax
     * @name ShowStatement
     * @summary The statement of assessment
     * @request GET:/api/v1/cases/{number}/tax/statement
     * @secure
     */
    showStatement: (
      { number }: ShowStatementParams,
      params: RequestParams = {},
    ) =>
      this.request<Statement, Problem>({
        path: `/api/v1/cases/${number}/tax/statement`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags tax
     * @name PrintStatement
     * @summary The statement of assessment as it is printed, in Chinese
     * @request GET:/api/v1/cases/{number}/tax/statement.pdf
     * @secure
     */
    printStatement: (
      { number }: PrintStatementParams,
      params: RequestParams = {},
    ) =>
      this.request<Blob, void | Problem | Ticket>({
        path: `/api/v1/cases/${number}/tax/statement.pdf`,
        method: "GET",
        secure: true,
        ...params,
      }),

    /**
     * @description The same rules assess again. It stands when another tax officer has accepted it.
     *
     * @tags tax
     * @name CorrectFacts
     * @summary Propose other facts
     * @request POST:/api/v1/cases/{number}/tax/corrections
     * @secure
     */
    correctFacts: (
      { number }: CorrectFactsParams,
      data: TaxCorrection,
      params: RequestParams = {},
    ) =>
      this.request<TaxFile, Problem>({
        path: `/api/v1/cases/${number}/tax/corrections`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * @description Nobody accepts what they proposed; whoever proposed may take it back.
     *
     * @tags tax
     * @name SecondOpinion
     * @summary Say whether a proposal stands
     * @request POST:/api/v1/cases/{number}/tax/second
     * @secure
     */
    secondOpinion: (
      { number }: SecondOpinionParams,
      data: TaxSecond,
      params: RequestParams = {},
    ) =>
      this.request<TaxFile, Problem>({
        path: `/api/v1/cases/${number}/tax/second`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * @description In the place of a line, or where none could be computed. It stands when another tax officer has accepted it.
     *
     * @tags tax
     * @name OverrideLine
     * @summary Propose another line
     * @request POST:/api/v1/cases/{number}/tax/overrides
     * @secure
     */
    overrideLine: (
      { number }: OverrideLineParams,
      data: TaxOverride,
      params: RequestParams = {},
    ) =>
      this.request<TaxFile, Problem>({
        path: `/api/v1/cases/${number}/tax/overrides`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * @description New answers are assessed anew; corrections of what other sources said are kept, overrides are not.
     *
     * @tags tax
     * @name AskSourceAgain
     * @summary Let a source be asked again
     * @request POST:/api/v1/cases/{number}/tax/questions
     * @secure
     */
    askSourceAgain: (
      { number }: AskSourceAgainParams,
      data: TaxQuestion,
      params: RequestParams = {},
    ) =>
      this.request<TaxFile, Problem>({
        path: `/api/v1/cases/${number}/tax/questions`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * @description Before the entry only. Bills that are open become void; what was paid stays paid if the same is owed afterwards.
     *
     * @tags tax
     * @name Reassess
     * @summary Take a decided assessment back to the desk
     * @request POST:/api/v1/cases/{number}/tax/reassessment
     * @secure
     */
    reassess: (
      { number }: ReassessParams,
      data: TaxReassessment,
      params: RequestParams = {},
    ) =>
      this.request<TaxFile, Problem>({
        path: `/api/v1/cases/${number}/tax/reassessment`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * @description Signed as Standard Webhooks say; the gateway is asked before anything is believed.
     *
     * @tags callbacks
     * @name PaymentNotice
     * @summary The payment gateway says that something happened to an order
     * @request POST:/api/v1/callbacks/payments
     * @secure
     */
    paymentNotice: (data: PaymentNotice, params: RequestParams = {}) =>
      this.request<void, Problem>({
        path: `/api/v1/callbacks/payments`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        ...params,
      }),

    /**
     * @description Signed as Standard Webhooks say, with any key of the company that is in force: while one is exchanged for another, a message may be signed with both (`v1,… v1,…`). A key of another company, an expired and a withdrawn one are refused. A repeated answer changes nothing.
     *
     * @tags callbacks
     * @name CompanyNotice
     * @summary A utility company answers what it had put off
     * @request POST:/api/v1/callbacks/utilities/{utility}
     * @secure
     */
    companyNotice: (
      { utility }: CompanyNoticeParams,
      data: CompanyNotice,
      params: RequestParams = {},
    ) =>
      this.request<void, Problem>({
        path: `/api/v1/callbacks/utilities/${utility}`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        ...params,
      }),

    /**
     * @description The accounts that are to move, with address and masked holders; never a price. With one of the company's keys.
     *
     * @tags companies
     * @name ListRequests
     * @summary What waits for the answer of one's own company, the oldest first
     * @request GET:/api/v1/company/requests
     * @secure
     */
    listRequests: (
      query: ListRequestsParams = {},
      params: RequestParams = {},
    ) =>
      this.request<CompanyRequests, Problem>({
        path: `/api/v1/company/requests`,
        method: "GET",
        query: query,
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags companies
     * @name ShowRequest
     * @summary One request to one's own company, answered or not
     * @request GET:/api/v1/company/requests/{ref}
     * @secure
     */
    showRequest: ({ ref }: ShowRequestParams, params: RequestParams = {}) =>
      this.request<CompanyRequest, Problem>({
        path: `/api/v1/company/requests/${ref}`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * @description Accept (`found` for a check, `moved` for a confirmation) or refuse with one of the reasons. It counts as a signed notice does: the first answer stands.
     *
     * @tags companies
     * @name AnswerRequest
     * @summary Answer a request in the company's place
     * @request POST:/api/v1/company/requests/{ref}/answer
     * @secure
     */
    answerRequest: (
      { ref }: AnswerRequestParams,
      data: CompanyAnswer,
      params: RequestParams = {},
    ) =>
      this.request<CompanyRequest, Problem>({
        path: `/api/v1/company/requests/${ref}/answer`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags operation
     * @name ListDeadLetters
     * @summary What no machine could finish and nobody has settled
     * @request GET:/api/v1/dead-letters
     * @secure
     */
    listDeadLetters: (params: RequestParams = {}) =>
      this.request<DeadLetters, Problem>({
        path: `/api/v1/dead-letters`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * @description For audit administrators. Asking is itself written down. Each line says whether its hash is that of what it says; whether a chain lacks lines is found by `onewindow audit verify`, and on the page /audit for one object.
     *
     * @tags audit
     * @name SearchAudit
     * @summary Lines of the audit of everything, the newest first
     * @request GET:/api/v1/audit
     * @secure
     */
    searchAudit: (query: SearchAuditParams = {}, params: RequestParams = {}) =>
      this.request<AuditSearch, Problem>({
        path: `/api/v1/audit`,
        method: "GET",
        query: query,
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * @description For audit administrators. Asking is itself written down. Of what nothing was ever done or seen there is no chain.
     *
     * @tags audit
     * @name ShowUnitAudit
     * @summary Who looked a unit up, the oldest first
     * @request GET:/api/v1/units/{unit}/audit
     * @secure
     */
    showUnitAudit: (
      { unit, ...query }: ShowUnitAuditParams,
      params: RequestParams = {},
    ) =>
      this.request<CaseAudit, Problem>({
        path: `/api/v1/units/${unit}/audit`,
        method: "GET",
        query: query,
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * @description For audit administrators. Asking is itself written down. Of what nothing was ever done or seen there is no chain.
     *
     * @tags audit
     * @name ShowStaffAudit
     * @summary What was done to an account and where it signed in, the oldest first
     * @request GET:/api/v1/staff/{person}/audit
     * @secure
     */
    showStaffAudit: (
      { person, ...query }: ShowStaffAuditParams,
      params: RequestParams = {},
    ) =>
      this.request<CaseAudit, Problem>({
        path: `/api/v1/staff/${person}/audit`,
        method: "GET",
        query: query,
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * @description For audit administrators. Asking is itself written down. Of what nothing was ever done or seen there is no chain.
     *
     * @tags audit
     * @name ShowDeadLetterAudit
     * @summary What was done with a letter, the oldest first
     * @request GET:/api/v1/dead-letters/{letter}/audit
     * @secure
     */
    showDeadLetterAudit: (
      { letter, ...query }: ShowDeadLetterAuditParams,
      params: RequestParams = {},
    ) =>
      this.request<CaseAudit, Problem>({
        path: `/api/v1/dead-letters/${letter}/audit`,
        method: "GET",
        query: query,
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags operation
     * @name RetryDeadLetter
     * @summary Run its step, or send its message, once more
     * @request POST:/api/v1/dead-letters/{letter}/retry
     * @secure
     */
    retryDeadLetter: (
      { letter }: RetryDeadLetterParams,
      data: LetterEnding,
      params: RequestParams = {},
    ) =>
      this.request<void, Problem>({
        path: `/api/v1/dead-letters/${letter}/retry`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags operation
     * @name HandOverDeadLetter
     * @summary Give its step to somebody who decides on cases
     * @request POST:/api/v1/dead-letters/{letter}/hand-over
     * @secure
     */
    handOverDeadLetter: (
      { letter }: HandOverDeadLetterParams,
      data: LetterEnding,
      params: RequestParams = {},
    ) =>
      this.request<void, Problem>({
        path: `/api/v1/dead-letters/${letter}/hand-over`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags operation
     * @name SettleDeadLetter
     * @summary Put it away because its matter was dealt with outside
     * @request POST:/api/v1/dead-letters/{letter}/settle
     * @secure
     */
    settleDeadLetter: (
      { letter }: SettleDeadLetterParams,
      data: LetterEnding,
      params: RequestParams = {},
    ) =>
      this.request<void, Problem>({
        path: `/api/v1/dead-letters/${letter}/settle`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags accounts
     * @name ListAccountChanges
     * @summary Changes of accounts that wait for a second person
     * @request GET:/api/v1/account-changes
     * @secure
     */
    listAccountChanges: (params: RequestParams = {}) =>
      this.request<AccountChanges, Problem>({
        path: `/api/v1/account-changes`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * @description It takes effect when another security administrator, who is not the account's owner either, confirms it within eight hours. Of a one-time password who asks is given the first half, who confirms the second.
     *
     * @tags accounts
     * @name AskAccountChange
     * @summary Ask for a change that gives an account a way in or a right
     * @request POST:/api/v1/account-changes
     * @secure
     */
    askAccountChange: (
      data: AccountChangeRequest,
      params: RequestParams = {},
    ) =>
      this.request<AccountChange, Problem>({
        path: `/api/v1/account-changes`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags accounts
     * @name EndAccountChange
     * @summary Take a change back, or decline it
     * @request DELETE:/api/v1/account-changes/{change}
     * @secure
     */
    endAccountChange: (
      { change }: EndAccountChangeParams,
      params: RequestParams = {},
    ) =>
      this.request<void, Problem>({
        path: `/api/v1/account-changes/${change}`,
        method: "DELETE",
        secure: true,
        ...params,
      }),

    /**
     * @description With a proof of its own (`/api/v1/sessions/current/proof`); never by who asked, nor by the account's owner.
     *
     * @tags accounts
     * @name ConfirmAccountChange
     * @summary Do what another security administrator has asked for
     * @request POST:/api/v1/account-changes/{change}/confirmation
     * @secure
     */
    confirmAccountChange: (
      { change }: ConfirmAccountChangeParams,
      params: RequestParams = {},
    ) =>
      this.request<AccountChange, Problem>({
        path: `/api/v1/account-changes/${change}/confirmation`,
        method: "POST",
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * @description The answer never says which of id, password and code was wrong, nor whether the account is paused. One member of the staff has one session: the earlier one ends.
     *
     * @tags sessions
     * @name OpenSession
     * @summary Sign in as a member of the staff, with password and code
     * @request POST:/api/v1/sessions
     */
    openSession: (data: Credentials, params: RequestParams = {}) =>
      this.request<Session, Problem>({
        path: `/api/v1/sessions`,
        method: "POST",
        body: data,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags sessions
     * @name ShowSession
     * @summary The session of who asks
     * @request GET:/api/v1/sessions/current
     * @secure
     */
    showSession: (params: RequestParams = {}) =>
      this.request<Session, Problem>({
        path: `/api/v1/sessions/current`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags sessions
     * @name EndSession
     * @summary Sign out
     * @request DELETE:/api/v1/sessions/current
     * @secure
     */
    endSession: (params: RequestParams = {}) =>
      this.request<void, Problem>({
        path: `/api/v1/sessions/current`,
        method: "DELETE",
        secure: true,
        ...params,
      }),

    /**
     * @description Approving a case and handing a certificate over each need password and code of their own, given within the last five minutes: signing in is no proof, and a proof is good for one of them. It also unlocks a locked session.
     *
     * @tags sessions
     * @name ProveSession
     * @summary Prove who one is once more
     * @request POST:/api/v1/sessions/current/proof
     * @secure
     */
    proveSession: (data: Proof, params: RequestParams = {}) =>
      this.request<Session, Problem>({
        path: `/api/v1/sessions/current/proof`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * @description The answer is the same, and takes the same time, whether there is such a number or not. A code is good for who asked for it: what somebody else asks for and tries does not touch it.
     *
     * @tags sessions
     * @name AskCode
     * @summary Have a one-time code sent to the parties of a case or contract
     * @request POST:/api/v1/citizen-codes
     */
    askCode: (data: CodeRequest, params: RequestParams = {}) =>
      this.request<CodeAnswer, Problem>({
        path: `/api/v1/citizen-codes`,
        method: "POST",
        body: data,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * @description With the ticket with which the code was asked for; without one, from the same address.
     *
     * @tags sessions
     * @name OpenCitizenSession
     * @summary Sign in as a party to a case, by the code on their telephone
     * @request POST:/api/v1/citizen-sessions
     */
    openCitizenSession: (
      data: CitizenCredentials,
      params: RequestParams = {},
    ) =>
      this.request<Session, Problem>({
        path: `/api/v1/citizen-sessions`,
        method: "POST",
        body: data,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * @description While the case waits for its payers: a void or expired bill is replaced by a new one, an open one stays.
     *
     * @tags cases
     * @name RenewBills
     * @summary Give the payers of a case new bills for those that are over
     * @request POST:/api/v1/cases/{number}/bills
     * @secure
     */
    renewBills: ({ number }: RenewBillsParams, params: RequestParams = {}) =>
      this.request<void, Problem>({
        path: `/api/v1/cases/${number}/bills`,
        method: "POST",
        secure: true,
        ...params,
      }),

    /**
     * No description
     *
     * @tags cases
     * @name ShowBill
     * @summary A bill; its ETag is what can be given back of it
     * @request GET:/api/v1/cases/{number}/bills/{bill}
     * @secure
     */
    showBill: ({ number, bill }: ShowBillParams, params: RequestParams = {}) =>
      this.request<Bill, Problem>({
        path: `/api/v1/cases/${number}/bills/${bill}`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags cases
     * @name PrintReceipt
     * @summary The receipt of a paid bill as it is printed; it is no tax voucher
     * @request GET:/api/v1/cases/{number}/bills/{bill}/receipt.pdf
     * @secure
     */
    printReceipt: (
      { number, bill }: PrintReceiptParams,
      params: RequestParams = {},
    ) =>
      this.request<Blob, void | Problem | Ticket>({
        path: `/api/v1/cases/${number}/bills/${bill}/receipt.pdf`,
        method: "GET",
        secure: true,
        ...params,
      }),

    /**
     * @description If-Match names what could be given back when the sender looked: of two that race one is answered 412. A refused case is given back by itself.
     *
     * @tags cases
     * @name AskRefund
     * @summary Have a part of a payment given back through the gateway
     * @request POST:/api/v1/cases/{number}/bills/{bill}/refunds
     * @secure
     */
    askRefund: (
      { number, bill }: AskRefundParams,
      data: RefundRequest,
      params: RequestParams = {},
    ) =>
      this.request<Refund, Problem>({
        path: `/api/v1/cases/${number}/bills/${bill}/refunds`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * @description With the number of its voucher, as received. A bill that was paid at a counter of the tax office is settled by it.
     *
     * @tags cases
     * @name NoteVoucher
     * @summary Note the tax side's word that the money of a bill is in the treasury
     * @request POST:/api/v1/cases/{number}/bills/{bill}/voucher
     * @secure
     */
    noteVoucher: (
      { number, bill }: NoteVoucherParams,
      data: Voucher,
      params: RequestParams = {},
    ) =>
      this.request<Bill, Problem>({
        path: `/api/v1/cases/${number}/bills/${bill}/voucher`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * @description Of the party's own side only. On a contract without a case it is a preview that binds nobody. The verdict says whether everything can be done online; the ETag is what declarations and disputes name in If-Match.
     *
     * @tags sessions
     * @name MyFiling
     * @summary What the offices hold of a party, and what that owes
     * @request GET:/api/v1/my/filing
     * @secure
     */
    myFiling: (params: RequestParams = {}) =>
      this.request<Filing, Problem>({
        path: `/api/v1/my/filing`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * @description All three statements of the party's side, of the assessment that they saw. Then the bill can be paid.
     *
     * @tags sessions
     * @name DeclareMine
     * @summary Declare that what the offices hold is right
     * @request POST:/api/v1/my/declarations
     * @secure
     */
    declareMine: (data: Declarations, params: RequestParams = {}) =>
      this.request<Filing, Problem>({
        path: `/api/v1/my/declarations`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags sessions
     * @name RenewMine
     * @summary Ask for new bills in place of those that are over
     * @request POST:/api/v1/my/bills
     * @secure
     */
    renewMine: (params: RequestParams = {}) =>
      this.request<void, Problem>({
        path: `/api/v1/my/bills`,
        method: "POST",
        secure: true,
        ...params,
      }),

    /**
     * @description Holds the taxes and facts of the citizen's own side, and nothing of the other.
     *
     * @tags sessions
     * @name ShowMyStatement
     * @summary The statement of assessment of the own side
     * @request GET:/api/v1/my/statement
     * @secure
     */
    showMyStatement: (params: RequestParams = {}) =>
      this.request<Statement, Problem>({
        path: `/api/v1/my/statement`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags sessions
     * @name PrintMyStatement
     * @summary The statement of the own side as it is printed, in Chinese
     * @request GET:/api/v1/my/statement.pdf
     * @secure
     */
    printMyStatement: (params: RequestParams = {}) =>
      this.request<Blob, void | Problem | Ticket>({
        path: `/api/v1/my/statement.pdf`,
        method: "GET",
        secure: true,
        ...params,
      }),

    /**
     * No description
     *
     * @tags sessions
     * @name PrintMyReceipt
     * @summary The receipt of a bill of the own side as it is printed
     * @request GET:/api/v1/my/bills/{bill}/receipt.pdf
     * @secure
     */
    printMyReceipt: (
      { bill }: PrintMyReceiptParams,
      params: RequestParams = {},
    ) =>
      this.request<Blob, void | Problem | Ticket>({
        path: `/api/v1/my/bills/${bill}/receipt.pdf`,
        method: "GET",
        secure: true,
        ...params,
      }),

    /**
     * @description Where it stands and what it owes, nobody named.
     *
     * @tags sessions
     * @name ShowMine
     * @summary The case of a citizen
     * @request GET:/api/v1/my/case
     * @secure
     */
    showMine: (params: RequestParams = {}) =>
      this.request<Mine, Problem>({
        path: `/api/v1/my/case`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * @description An officer gets the case with what was said; bills that are open become void until it is settled.
     *
     * @tags sessions
     * @name DisputeMine
     * @summary Say that something which the offices hold is wrong
     * @request POST:/api/v1/my/disputes
     * @secure
     */
    disputeMine: (data: Dispute, params: RequestParams = {}) =>
      this.request<Filing, Problem>({
        path: `/api/v1/my/disputes`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * @description Slots of half an hour in the next ten working days at the office of the unit, by the clock of the database; none where the office takes no appointments.
     *
     * @tags appointments
     * @name ShowMyAppointment
     * @summary The appointment of a citizen at the window, and the free slots
     * @request GET:/api/v1/my/appointment
     * @secure
     */
    showMyAppointment: (params: RequestParams = {}) =>
      this.request<MyAppointment, Problem>({
        path: `/api/v1/my/appointment`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * @description A party to a case or contract has one appointment; another one takes its place, and what is refused leaves it as it was. The party is told at their telephone.
     *
     * @tags appointments
     * @name BookAppointment
     * @summary Book an appointment at the window, or move it
     * @request POST:/api/v1/my/appointment
     * @secure
     */
    bookAppointment: (data: AppointmentRequest, params: RequestParams = {}) =>
      this.request<Appointment, Problem>({
        path: `/api/v1/my/appointment`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags appointments
     * @name CancelAppointment
     * @summary Cancel the appointment
     * @request DELETE:/api/v1/my/appointment
     * @secure
     */
    cancelAppointment: (params: RequestParams = {}) =>
      this.request<void, Problem>({
        path: `/api/v1/my/appointment`,
        method: "DELETE",
        secure: true,
        ...params,
      }),

    /**
     * @description The earliest first, people masked.
     *
     * @tags appointments
     * @name ListAppointments
     * @summary Who comes to one's own office by appointment, from today on
     * @request GET:/api/v1/appointments
     * @secure
     */
    listAppointments: (params: RequestParams = {}) =>
      this.request<AppointmentList, Problem>({
        path: `/api/v1/appointments`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),

    /**
     * @description Once for each document, with a proof of its own (`/api/v1/sessions/current/proof`); never by who approved the entry.
     *
     * @tags cases
     * @name HandOver
     * @summary Record that the printed certificate was given to a buyer
     * @request POST:/api/v1/cases/{number}/certificate/hand-over
     * @secure
     */
    handOver: (
      { number }: HandOverParams,
      data: HandOver,
      params: RequestParams = {},
    ) =>
      this.request<Case, Problem>({
        path: `/api/v1/cases/${number}/certificate/hand-over`,
        method: "POST",
        body: data,
        secure: true,
        type: "application/json",
        format: "json",
        ...params,
      }),

    /**
     * No description
     *
     * @tags operation
     * @name Describe
     * @summary This description
     * @request GET:/api/v1/openapi.json
     * @secure
     */
    describe: (params: RequestParams = {}) =>
      this.request<object, void | Problem>({
        path: `/api/v1/openapi.json`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),
  };
  files = {
    /**
     * No description
     *
     * @tags cases
     * @name FetchMaterial
     * @summary A file itself, as an attachment
     * @request GET:/files/{id}
     * @secure
     */
    fetchMaterial: ({ id }: FetchMaterialParams, params: RequestParams = {}) =>
      this.request<Blob, void | Problem | Ticket>({
        path: `/files/${id}`,
        method: "GET",
        secure: true,
        format: "blob",
        ...params,
      }),
  };
  problems = {
    /**
     * No description
     *
     * @tags operation
     * @name ExplainProblem
     * @summary What a problem type means, as a problem or, in a browser, as a page
     * @request GET:/problems/{problem}
     * @secure
     */
    explainProblem: (
      { problem }: ExplainProblemParams,
      params: RequestParams = {},
    ) =>
      this.request<Problem, Problem>({
        path: `/problems/${problem}`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),
  };
  livez = {
    /**
     * No description
     *
     * @tags operation
     * @name Live
     * @summary Whether this process answers
     * @request GET:/livez
     * @secure
     */
    live: (params: RequestParams = {}) =>
      this.request<Status, any>({
        path: `/livez`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),
  };
  readyz = {
    /**
     * No description
     *
     * @tags operation
     * @name Ready
     * @summary Whether this process can do its work
     * @request GET:/readyz
     * @secure
     */
    ready: (params: RequestParams = {}) =>
      this.request<Fitness, Problem>({
        path: `/readyz`,
        method: "GET",
        secure: true,
        format: "json",
        ...params,
      }),
  };
}
// sha256 of the description: 3495013199cab1e57927d3f3a623fc4cf9052040810bce51d8ae6270ac9882d9
