/* SPDX-License-Identifier: Apache-2.0 */
/* Responses: the same output however the input is cut, and what we write we accept unchanged. */
#include "../../test/unit/http/drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drive(
	struct drive *d, bool ours, unsigned asked, struct str in, size_t cut, size_t step)
{
	drive_init(d);
	if (ours)
		drive_ours(d);
	d->response = true;
	d->asked = (struct h1_asked){
		.method = (enum http_method)(asked / 2 % (HTTP_TRACE + 1)), .upgrade = asked & 1};
	drive_begin(d);
	drive_cut(d, in, cut, step);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct drive whole, cut, again;
	struct str in;

	if (size < 3)
		return 0;
	in = str_of(data + 3, size - 3);
	drive(&whole, false, data[2], in, in.n, 1);
	drive(&cut, false, data[2], in, MIN(data[0], in.n), 1u + data[1]);
	AN(str_eq(buf_str(&whole.out), buf_str(&cut.out)));
	AN(whole.reason == cut.reason && whole.messages == cut.messages);
	if (!whole.reason && !whole.tunnel) {
		drive(&again, true, data[2], buf_str(&whole.out), whole.out.n, 1);
		AN(str_eq(buf_str(&whole.out), buf_str(&again.out)));
		AN(again.messages == whole.messages);
		drive_fini(&again);
	}
	drive_fini(&whole);
	drive_fini(&cut);
	return 0;
}
