import type { Rule } from "../rule.ts";
import { parseObjectUrl } from "./place.ts";

/** A store needs keys, and data must not be copied into the data. */
export const backupsHaveAPlace: Rule = ({ backups: { to, s3 } }) => {
  const path = ["backups", "to"];
  const object = parseObjectUrl(to);
  if (object === null && /^[a-z0-9]+:\/\//i.test(to))
    return [{ path, message: `is ${to}; it must be a directory or s3://bucket/prefix` }];
  if (object !== null && !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(object.bucket))
    return [{ path, message: `names the bucket ${object.bucket}, which is no name of one` }];
  if (object !== null && s3 === null)
    return [
      {
        path: ["backups", "s3"],
        message: `is missing: ${to} needs accessKey and secretKey, such as \${S3_ACCESS_KEY} and \${S3_SECRET_KEY}`,
        others: [path],
      },
    ];
  if (object === null && /^(\.\/)?\.tenfold(\/|$)/.test(to))
    return [{ path, message: "is in .tenfold, which down --volumes deletes; name another directory" }];
  return [];
};
