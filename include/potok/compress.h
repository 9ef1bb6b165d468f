/* The stages compress and decompress: text becomes block gzip (BGZF), any gzip becomes text. */
#ifndef POTOK_COMPRESS_H
#define POTOK_COMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <potok/stage.h>

#ifdef __cplusplus
extern "C" {
#endif

struct potok_compress_options {
	int level; /* 1, the fastest, to potok_compress_level_max() */
};
#define POTOK_COMPRESS_DEFAULTS                                                                    \
	{                                                                                          \
		6                                                                                  \
	}

struct potok_decompress_options {
	bool test; /* verify the input and write nothing */
};
#define POTOK_DECOMPRESS_DEFAULTS                                                                  \
	{                                                                                          \
		false                                                                              \
	}

enum { POTOK_COMPRESS_COUNTS = 3, POTOK_DECOMPRESS_COUNTS = 3 };

/*
 * The output is strict BGZF (SAM format specification, section 4.1), which every reader of gzip
 * (RFC 1952) reads: members of at most 65,280 bytes of text, each ending at the end of a line, then
 * the empty end block.  A line that is longer than that goes on in the next member; characters are
 * not cut.  Where the text is cut depends on its bytes alone.  The compressed bytes depend on the
 * level and on the deflate library as well.  The counts are blocks, stored_blocks and
 * long_lines_cut; the manual potok-compress(1) tells what they mean.
 *
 * The members behind `stage` are private.
 */
struct potok_compress {
	struct potok_stage stage;
	struct potok_count counts[POTOK_COMPRESS_COUNTS];
	struct block_deflater *deflater;
	bool in_line; /* the last block ended inside a line */
};

/*
 * Makes a stage.  Options may be NULL: the defaults.  Answers POTOK_MORE, POTOK_EUSAGE when the
 * level is out of range, or POTOK_ENOMEM.
 */
POTOK_API enum potok_status potok_compress_init(
    struct potok_compress *, const struct potok_compress_options *);

/* The highest level: 12 with libdeflate, 9 when the library was built with zlib alone. */
POTOK_API int potok_compress_level_max(void);

/*
 * Reads gzip of any kind: one member or several, BGZF, files put one behind another, with or
 * without zero bytes behind a member.  The length and CRC-32 of every member are verified: those of
 * a BGZF block before its text is written, those of another member when its end is reached.
 *
 * POTOK_EINPUT is answered for what is damaged, cut or no gzip at all, for an empty input, and for
 * BGZF whose last text is not followed by the end block: such a file was cut between two blocks.
 * The offset is that of the member at fault, or, inside a member other than a BGZF block, that of
 * the byte where the fault shows.  The counts are members, bgzf_blocks and padding_bytes.
 *
 * The members behind `stage` are private.
 */
struct potok_decompress {
	struct potok_stage stage;
	struct potok_count counts[POTOK_DECOMPRESS_COUNTS];
	bool test;
	unsigned part;       /* of a member, that comes next in `in` */
	bool end_wanted;     /* the last text came from a BGZF block */
	uint64_t taken;      /* input bytes */
	uint64_t member;     /* offset of the running member */
	unsigned flags;      /* of its header */
	uint32_t header_crc; /* of what of its header has been taken */
	uint32_t text_crc;
	uint32_t text_size; /* modulo 2 to the 32 */
	struct block_inflater *blocks;
	void *inflater; /* for members that are no BGZF blocks */
};

/* Makes a stage.  Options may be NULL: the defaults.  Answers POTOK_MORE. */
POTOK_API enum potok_status potok_decompress_init(
    struct potok_decompress *, const struct potok_decompress_options *);

/* Writes the versions of zlib and libdeflate, one a line, at most n bytes with the final NUL. */
POTOK_API void potok_compress_versions(char *buf, size_t n);

#ifdef __cplusplus
}
#endif

#endif
