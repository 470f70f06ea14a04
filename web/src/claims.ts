/** Rows of docs/ledger.md, word for word: a test fails if they differ. */
export interface Claim {
  id: string;
  source: string;
  statement: string;
  /** the measured rate with its interval, where the row has one */
  measured?: string;
  verdict: string;
}

const kAll: Claim[] = [
  { id: "R1", source: "summary, Theorem 1", statement: "Routed to M2 the user plays q* = 1{xi2 < 0}", verdict: "holds" },
  { id: "R2", source: "summary, Theorem 2", statement: "With xi1, xi2 of one sign he stays (both > 0) or leaves (both < 0), whatever s", verdict: "holds" },
  { id: "R3", source: "summary, Theorem 2", statement: "With xi1 < 0 < xi2 he stays iff s > s0 = -xi1/(xi2/p2 - xi1)", verdict: "holds" },
  { id: "R5", source: "summary, Theorem 2; sL as reconstructed", statement: "With xi1 > 0 > xi2 he stays for s <= sL", verdict: "holds" },
  { id: "R6", source: "summary, Theorem 2; sH as reconstructed", statement: "With xi1 > 0 > xi2 he leaves for s >= sH = xi1/(xi1 - xi2)", verdict: "holds" },
  { id: "P11", source: "summary, design 2", statement: "Cascading is optimal only in a narrow region: about 2.6 % of games, where it saves about 14 % of the best static cost on average", measured: "2.57 % [2.48, 2.66]: share of games; saves 13.9 % of the best static cost on average, 95 % at most", verdict: "holds" },
  { id: "P13", source: "summary, table 1", statement: "xi1 < 0 < xi2: cascading only under specific conditions", measured: "17.10 % [15.79, 18.49]: share of these games with an interior cascade", verdict: "measured" },
  { id: "P14", source: "summary, table 1", statement: "xi1 > 0 > xi2: primarily static; mixed strategy in a very narrow interval", measured: "91.57 % [90.52, 92.51]: share of these games with a static optimum; the mixed interval (sL, sH) is 0.10 wide on average and never optimal (P6)", verdict: "holds" },
  { id: "P10", source: "theory 4", statement: "J of (1,s) with the user staying is a weighted mean of c1/p1 and c2/p2, monotone in s", verdict: "holds" },
  { id: "P6", source: "theory 4, support theorem", statement: "With p1 <= p2 the mixed interval (sL, sH) never carries the optimum", verdict: "holds" },
  { id: "B15", source: "against the abstract", statement: "Static is not enough, with 5 independent attempts on offer (sigma = 0)", measured: "17.27 % [15.96, 18.66]: share of games in which the best sequence saves more than 0.1 % of the best static cost; saves 13.3 % on average there, 73 % at most", verdict: "measured" },
  { id: "P3", source: "Theorem 4, as reconstructed", statement: "xi1 < 0 < xi2: (1,0) and the user leaves up to a penalty, above it (1,s0) if c1/p1 < c2/p2, else (2,0)", verdict: "holds" },
  { id: "P4", source: "Theorem 5, as reconstructed", statement: "xi1 > 0 > xi2: the cheapest of (1,0) or (1,sL) and the user stays, (1,1) or (2,0) and he leaves", verdict: "holds" },
  { id: "P15", source: "summary, design 2", statement: "Cascading between undifferentiated models (both xi > 0) has no benefit: it never lowers the cost", verdict: "holds" },
  { id: "P16", source: "summary, design 2", statement: "Cascading between undifferentiated models increases the variance of the cost", measured: "94.70 % [93.84, 95.45]: share of these games where (1, 1/2) has more cost variance than the optimum", verdict: "refuted as stated; holds in about 95 % of these games" },
  { id: "A2", source: "Proposition 1, as reconstructed", statement: "Both xi > 0: the gap is |t1/p1 - t2/p2| if the rankings by c/p and t/p disagree, else 0", verdict: "holds" },
  { id: "A3", source: "summary, findings", statement: "If the provider's cost-of-pass ranking and the user's ranking disagree, misalignment is inevitable", verdict: "refuted as stated; holds if at least one model is value-dominated (A4)" },
  { id: "A4", source: "theory 5", statement: "Disagreeing rankings hurt the user unless both models are latency-dominated", verdict: "holds" },
  { id: "A5", source: "theory 5", statement: "Misalignment arises only if the rankings disagree", measured: "16.33 % [12.58, 20.94]: share of games with agreeing rankings where the user is hurt all the same: he is made to leave", verdict: "refuted as stated; holds if both xi > 0" },
  { id: "A6", source: "theory 5", statement: "How often the provider's optimum is against its users", measured: "35.00 % [29.82, 40.56]: share of games with a gap", verdict: "measured" },
  { id: "T2", source: "summary, Proposition 2", statement: "Both xi > 0, P < min c/p: throttling pays", verdict: "holds" },
  { id: "T3", source: "theory 6; summary, table 2", statement: "Both xi > 0, P > min c/p: throttling never pays", verdict: "holds" },
  { id: "T5", source: "summary, table 2", statement: "The gain is r* - c_k - P b_k: linear in P for the throttled model", verdict: "holds" },
  { id: "T6", source: "summary, Proposition 2", statement: "Under that condition the user's utility is damaged most: below that of every policy without throttling", verdict: "holds" },
  { id: "T9", source: "summary, findings", statement: "A high enough churn penalty prevents throttling: penalty_floor() is where it stops, in every regime", verdict: "holds" },
  { id: "O2", source: "summary, insights", statement: "Opting out of routing prevents throttling", verdict: "refuted as stated; holds if pinned models are served at their own latency" },
];

export function claims(...ids: string[]): Claim[] {
  return ids.map((id) => kAll.find((claim) => claim.id === id)!);
}

export const kClaims: readonly Claim[] = kAll;
