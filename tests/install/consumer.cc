// A user of libpotok in C++: includes every public header, runs a stage of its own.
#include "all.h"

namespace
{

struct Shout {
	potok_stage stage;
	int calls;
};

potok_status
shout(potok_stage *stage, potok_slice *in, potok_buf *out, bool last)
{
	reinterpret_cast<Shout *>(stage)->calls++;
	potok_status s = potok_buf_pass(out, in->data, in->len);
	in->data += in->len;
	in->len = 0;
	return s < 0 ? s : last ? POTOK_DONE : POTOK_MORE;
}

} // namespace

int
main()
{
	const unsigned char text[] = "text";
	Shout own = Shout();
	potok_slice in = {text, 4};
	potok_buf out = potok_buf();

	own.stage.process = shout;
	out.limit = POTOK_CHUNK;
	bool good = potok_process(&own.stage, &in, &out, true) == POTOK_DONE && own.calls == 1 &&
		    potok_buf_bytes(&out).len == 4 && potok_buf_bytes(&out).data == text;
	potok_buf_clear(&out);
	potok_buf_free(&out);
	potok_close(&own.stage);
	return good ? 0 : 1;
}
