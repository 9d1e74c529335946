/**
 * Files of Node, for exporters that write some. All of it waits outside of the event loop.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import type { Files } from "./platform.ts";

let count = 0;

/** Loaded by the first exporter that writes a file: most programs have none. */
const fileSystem = () => import("node:fs/promises");

export const files: Files = {
  resolve: (path) => resolve(path),
  size: (path) => unlessMissing(async ({ stat }) => (await stat(path)).size, 0),
  async append(path, data, { isAlone, fsync }) {
    const { mkdir, open } = await fileSystem();
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, "a");
    try {
      const before = isAlone ? (await file.stat()).size : 0;
      try {
        await file.appendFile(data);
        if (fsync) await file.datasync();
      } catch (error) {
        // The batch comes again; half of it, perhaps half a line, must not stay.
        if (isAlone) await file.truncate(before);
        throw error;
      }
    } finally {
      await file.close();
    }
  },
  async replace(path, data) {
    const { mkdir, rename, rm, writeFile } = await fileSystem();
    await mkdir(dirname(path), { recursive: true });
    const fresh = `${path}.${process.pid}-${count++}.new`;
    try {
      await writeFile(fresh, data);
      await rename(fresh, path);
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    }
  },
  move: (from, to) => unlessMissing(({ rename }) => rename(from, to), undefined),
  remove: async (path) => (await fileSystem()).rm(path, { force: true }),
  list: (folder) => unlessMissing(({ readdir }) => readdir(folder), []),
  read: async (path) => (await fileSystem()).readFile(path),
};

type FileSystem = Awaited<ReturnType<typeof fileSystem>>;

async function unlessMissing<T>(work: (fs: FileSystem) => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work(await fileSystem());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return otherwise;
    throw error;
  }
}
