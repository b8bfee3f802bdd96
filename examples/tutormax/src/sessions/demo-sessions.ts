import type { NewSession } from "./session.ts";

export interface DemoSession extends NewSession {
  readonly recorded_at: string;
}

const TUTORS = [
  { tutor: "Amara Okafor", subjects: ["Algebra", "Geometry", "Calculus"], skill: 0.9, share: 9 },
  { tutor: "Benedikt Lang", subjects: ["Physics", "Calculus"], skill: 0.7, share: 6 },
  { tutor: "Chloé Marchand", subjects: ["French", "Essay writing"], skill: 0.85, share: 8 },
  { tutor: "Daniel Reyes", subjects: ["Spanish", "History"], skill: 0.75, share: 7 },
  { tutor: "Eszter Nagy", subjects: ["Chemistry", "Biology"], skill: 0.8, share: 6 },
  { tutor: "Farid Haddad", subjects: ["Programming", "Statistics"], skill: 0.88, share: 9 },
  { tutor: "Grace Whitfield", subjects: ["English", "Essay writing"], skill: 0.65, share: 5 },
  { tutor: "Hiroshi Tanaka", subjects: ["Japanese", "Algebra"], skill: 0.82, share: 4 },
  { tutor: "Ingrid Solberg", subjects: ["Biology", "Geography"], skill: 0.6, share: 3 },
  { tutor: "Jonas Weber", subjects: ["Latin", "German"], skill: 0.55, share: 3 },
] as const;

const STUDENTS = [
  "Ada Novak, Ali Demir, Anna Rossi, Ben Carter, Bruno Silva, Clara Jensen, Dmitri Volkov, Elif Kaya, Emil Berg",
  "Fatima Noor, Finn O'Brien, Gloria Mensah, Hana Sato, Igor Petrov, Isla Brown, Jamal Wright, Julia Kowalska",
  "Kenji Mori, Lara Costa, Leo Martin, Lin Chen, Lucía Gómez, Mateo Ruiz, Maya Patel, Mila Horvat, Nadia Aziz",
  "Noah Fischer, Nora Lind, Olga Ivanova, Omar Said, Paul Meyer, Priya Nair, Rafael Lima, Sara Cohen, Sofia Greco",
]
  .join(", ")
  .split(", ");

const MINUTES = [30, 45, 45, 60, 60, 60, 90] as const;
/** In UTC: after school, and into the evening. */
const HOURS = [9, 14, 15, 15, 16, 16, 16, 17, 17, 18, 18, 19, 20] as const;
const DAYS = 30;
const DAY = 24 * 60 * 60 * 1000;

/** Some 380 sessions of the 30 days up to `now`, fewer at weekends, the earliest first. The same for the same moment. */
export function demoSessions(now: Date): readonly DemoSession[] {
  const next = random(20_261);
  const pick = <T>(list: readonly [T, ...T[]] | readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const tutors = TUTORS.flatMap((tutor) => Array.from({ length: tutor.share }, () => tutor));
  const midnight = Math.floor(now.getTime() / DAY) * DAY;

  const sessions: DemoSession[] = [];
  for (let daysAgo = DAYS - 1; daysAgo >= 0; daysAgo -= 1) {
    const day = midnight - daysAgo * DAY;
    const weekend = [0, 6].includes(new Date(day).getUTCDay());
    const count = weekend ? 3 + Math.floor(next() * 4) : 13 + Math.floor(next() * 7);
    for (let index = 0; index < count; index += 1) {
      const { tutor, subjects, skill } = pick(tutors);
      const time = day + (pick(HOURS) * 60 + Math.floor(next() * 4) * 15) * 60_000;
      sessions.push({
        tutor,
        student: pick(STUDENTS),
        subject: pick<string>(subjects),
        minutes: pick(MINUTES),
        rating: rating(skill, next()),
        recorded_at: new Date(time).toISOString(),
      });
    }
  }
  return sessions
    .filter(({ recorded_at }) => recorded_at <= now.toISOString())
    .sort((a, b) => (a.recorded_at < b.recorded_at ? -1 : 1));
}

/** 3 to 5, and seldom less: the better the tutor, the more fives. */
function rating(skill: number, luck: number): number {
  if (luck < skill * 0.75) return 5;
  if (luck < 0.88) return 4;
  if (luck < 0.96) return 3;
  return luck < 0.99 ? 2 : 1;
}

/** Numbers from 0 up to 1 that look random, and are the same for the same seed: the mulberry32 generator. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
