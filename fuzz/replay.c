/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzz target's main() without a fuzzer: runs it once on every file of the folders named, so that
 * the unit run replays the corpus and each crash that was ever found, with any compiler.
 */
#include <dirent.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf text = {0};
	uint8_t *exact;
	size_t got;

	AN(f);
	do {
		got = fread(buf_room(&text, 65536), 1, 65536, f);
		buf_added(&text, got);
	} while (got);
	fclose(f);
	/* An allocation of just this size, so that ASan sees a read behind the end. */
	exact = mem_alloc(text.n);
	if (text.n)
		memcpy(exact, text.p, text.n);
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(exact, text.n);
	mem_free(exact);
	buf_fini(&text);
}

int main(int argc, char **argv)
{
	char path[4096];
	unsigned files = 0;

	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);

		for (struct dirent *e; d && (e = readdir(d));) {
			if (e->d_name[0] == '.')
				continue;
			snprintf(path, sizeof(path), "%s/%s", argv[i], e->d_name);
			replay(path);
			files++;
		}
		if (d)
			closedir(d);
	}
	printf("%u files replayed\n", files);
	return files ? 0 : 1; /* a target without a corpus is not tested */
}
