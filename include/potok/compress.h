/* The stages compress and decompress: text becomes block gzip, any gzip becomes text; and access to
 * block gzip by line or byte. */
#ifndef POTOK_COMPRESS_H
#define POTOK_COMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <potok/stage.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A block as it stands in a file: a member of gzip that can be read alone. */
struct potok_block {
	uint64_t at;      /* offset of the member in the gzip */
	uint64_t text_at; /* offset of its text in all of the text */
	uint64_t line;    /* LF bytes in the text before it */
	size_t length;    /* bytes of the member */
	size_t ntext;     /* bytes of its text */
	size_t nlines;    /* LF bytes in it */
	uint32_t crc;     /* CRC-32 of its text */
};

/* Told of each block that has text, in order. */
typedef void potok_block_fn(void *ctx, const struct potok_block *block);

/* --- writing ----------------------------------------------------------------------------------
 */

struct potok_compress_options {
	int level;    /* 1, the fastest, to potok_compress_level_max() */
	bool fast;    /* the fast deflater of ISA-L instead: see potok_compress_has_fast() */
	bool large;   /* blocks of at most 1 MiB of text instead of 65,280 bytes */
	bool records; /* no cut inside a record, which a blank line ends, shorter than a block */
	potok_block_fn *on_block; /* may be NULL */
	void *ctx;                /* handed to on_block */
};
#define POTOK_COMPRESS_DEFAULTS                                                                    \
	{                                                                                          \
		6, false, false, false, NULL, NULL                                                 \
	}

enum { POTOK_COMPRESS_COUNTS = 4, POTOK_DECOMPRESS_COUNTS = 3 };

/*
 * The output is strict BGZF (SAM format specification, section 4.1), which every reader of gzip
 * (RFC 1952) reads: members of at most 65,280 bytes of text, each ending at the end of a line, then
 * the empty end block.  With `large` the members hold at most 1 MiB and tell their length in a
 * subfield MZ: see potok-gzip(5).  A line that is longer than a block goes on in the next member;
 * characters are not cut.  Where the text is cut depends on its bytes alone.  The compressed bytes
 * depend on the level and on the deflate library as well.  The counts are blocks, stored_blocks,
 * long_lines_cut and records_cut; the manual potok-compress(1) tells what they mean.
 *
 * The members behind `stage` are private.
 */
struct potok_compress {
	struct potok_stage stage;
	struct potok_count counts[POTOK_COMPRESS_COUNTS];
	struct potok_compress_options options;
	const struct block_shape *shape;
	struct block_deflater *deflater;
	bool in_line;             /* the last block ended inside a line */
	bool in_record;           /* the last block ended inside a record */
	struct potok_block block; /* the next one, as far as it is known */
};

/*
 * Makes a stage.  Options may be NULL: the defaults.  Answers POTOK_MORE, POTOK_EUSAGE when the
 * level is out of range or `fast` not built in, or POTOK_ENOMEM.
 */
POTOK_API enum potok_status potok_compress_init(
    struct potok_compress *, const struct potok_compress_options *);

/* The highest level: 12 with libdeflate, 9 when the library was built with zlib alone. */
POTOK_API int potok_compress_level_max(void);

/* Whether the library was built with ISA-L. */
POTOK_API bool potok_compress_has_fast(void);

/* The bytes of gzip written so far. */
POTOK_API uint64_t potok_compress_written(const struct potok_compress *);

enum { POTOK_JOBS_MAX = 64 };

/*
 * As potok_chain_run() of a chain of this stage alone, a fresh one, but compresses njobs blocks at
 * once, each in a thread: the same bytes for every njobs from 1 to POTOK_JOBS_MAX.  At most njobs
 * + 2 blocks are held.  Blocks are written as soon as they and those before them are made, also
 * while a read waits.
 *
 * With njobs above 1, chain->read, chain->write and on_block are called from these threads, each of
 * the three from one at a time.  The threads run with cancellation disabled; a read that may wait
 * for ever should enable it while it waits, so that a fault elsewhere can end the run.
 */
POTOK_API enum potok_status potok_compress_run(
    struct potok_compress *, struct potok_chain *chain, unsigned njobs);

/* --- reading ----------------------------------------------------------------------------------
 */

enum potok_format {
	POTOK_GZIP,
	POTOK_ZLIB,    /* RFC 1950 */
	POTOK_DEFLATE, /* RFC 1951, bare */
};

/* Which part of the text is wanted. */
enum potok_unit { POTOK_ALL, POTOK_BYTES, POTOK_LINES };

/* Bytes of a damaged file that were left out. */
struct potok_gap {
	uint64_t from, to; /* offsets in the gzip */
	uint64_t text_at;  /* bytes of text before it */
};

struct potok_decompress_options {
	bool test;    /* verify the input and write nothing */
	bool headers; /* do not read the text of blocks: see potok_gzip_summary */
	bool salvage; /* go on behind what is damaged, at the next whole block */
	enum potok_format format;
	enum potok_unit unit;     /* of `skip` and `count` */
	uint64_t skip;            /* units at the front of the text that are not wanted */
	uint64_t count;           /* units that are wanted; what is behind is not read */
	uint64_t offset;          /* of the first byte of the input, for messages and blocks */
	potok_block_fn *on_block; /* may be NULL; needs the text, so not with `headers` */
	void (*on_gap)(void *ctx, const struct potok_gap *); /* may be NULL */
	void *ctx;                                           /* handed to both */
};
#define POTOK_DECOMPRESS_DEFAULTS                                                                  \
	{                                                                                          \
		false, false, false, POTOK_GZIP, POTOK_ALL, 0, 0, 0, NULL, NULL, NULL              \
	}

/* What has been read so far. */
struct potok_gzip_summary {
	uint64_t bgzf;    /* blocks of BGZF, end blocks included */
	uint64_t mz;      /* blocks with the subfield MZ, the same */
	uint64_t streams; /* other members */
	uint64_t text;    /* bytes of text; with `headers` those that the blocks say they hold */
	uint64_t gaps;    /* damaged parts that were left out */
	bool cut;         /* the input ended too soon */
};

/*
 * Reads gzip of any kind: one member or several, blocks, files put one behind another, with or
 * without zero bytes behind a member.  The length and CRC-32 of every member are verified: those of
 * a block (BGZF, or MZ of at most 2 MiB with at most 4 MiB of text) before its text is written,
 * those of another member when its end is reached: of its text what is left when it is written in
 * pieces of 64 KiB, all of it when it is that short, is written after that.
 *
 * POTOK_EINPUT is answered for what is damaged, cut or no gzip at all, for an empty input, and for
 * blocks whose last text is not followed by the end block: such a file was cut between two blocks.
 * The offset is that of the member at fault.  With `salvage` that is answered at the end, when
 * something was left out.  The counts are members, blocks and padding_bytes.
 *
 * The members behind `stage` are private.
 */
struct potok_decompress {
	struct potok_stage stage;
	struct potok_count counts[POTOK_DECOMPRESS_COUNTS];
	struct potok_decompress_options options;
	unsigned part;   /* of a member, that comes next in `in` */
	bool begun;      /* a member has been read */
	bool end_wanted; /* the last text came from a block of a kind that has an end block */
	bool enough;     /* nothing more is wanted */
	bool lost;       /* in a gap */
	struct potok_gap gap;
	uint64_t taken;      /* offset of what comes next */
	uint64_t member;     /* offset of the running member */
	unsigned flags;      /* of its header */
	uint32_t header_crc; /* of what of its header has been taken */
	uint32_t text_crc;   /* or Adler-32 */
	uint32_t text_size;  /* modulo 2 to the 32 */
	struct block_inflater *blocks;
	struct inflater *stream;  /* for members that are no blocks */
	unsigned char *piece;     /* of their text, not whole yet */
	size_t held;              /* bytes of it */
	struct potok_block block; /* the next one, as far as it is known */
	struct potok_gzip_summary summary;
};

/* Makes a stage.  Options may be NULL: the defaults.  Answers POTOK_MORE. */
POTOK_API enum potok_status potok_decompress_init(
    struct potok_decompress *, const struct potok_decompress_options *);

/* The same as potok_compress_run(), for blocks that are read; other members are read by one thread.
 * Ends without reading on when nothing more is wanted.  `salvage` is done by one thread. */
POTOK_API enum potok_status potok_decompress_run(
    struct potok_decompress *, struct potok_chain *chain, unsigned njobs);

/* --- access -----------------------------------------------------------------------------------
 */

/* A file that can be read at any place: read() reads n bytes at `offset` into buf and answers how
 * many there were, fewer only at the end of the file, or below 0 with errno set. */
struct potok_file {
	ptrdiff_t (*read)(void *ctx, void *buf, size_t n, uint64_t offset);
	void *ctx;
	uint64_t size; /* bytes */
};

/* A place in block gzip from which to read: give it to potok_decompress_init() as `offset` and
 * `skip`, and the input from `offset` on. */
struct potok_place {
	uint64_t offset; /* of a block */
	uint64_t skip;   /* units of its text, and that of those behind it, before the place */
};

/*
 * Block gzip with its index, two files: the .gzi of bgzip, offsets of the blocks, and the .gzl of
 * this project, lines before each block and a stamp of the gzip file; see potok-gzip(5).  Nothing
 * of them is kept in memory.  The members are private, but for nlines, ntext and why.
 */
struct potok_index {
	struct potok_file gzip, gzi, gzl;
	uint64_t nblocks, ntext, nlines;
	const char *why; /* static text, after POTOK_EINPUT: what is wrong and what helps */
};

/*
 * Opens the index.  The three files are used, not owned.  Answers POTOK_MORE; POTOK_EINPUT when the
 * index is damaged or was made of another gzip; POTOK_EIO; POTOK_ENOMEM.
 */
POTOK_API enum potok_status potok_index_open(struct potok_index *, const struct potok_file *gzip,
    const struct potok_file *gzi, const struct potok_file *gzl);

/* The place of line `line`, from 0, or of byte `byte` of the text; behind the end it is the end of
 * the text.  Reads one block, and verifies that it is the one that the index tells of.  Answers as
 * potok_index_open(). */
POTOK_API enum potok_status potok_index_line(
    struct potok_index *, uint64_t line, struct potok_place *place);
POTOK_API enum potok_status potok_index_byte(
    struct potok_index *, uint64_t byte, struct potok_place *place);

/* The same for a byte without an index, by going from block to block: as long as the file has
 * nothing but blocks.  Otherwise the place is that of the first member that is none, from where on
 * the text must be read.  Answers POTOK_MORE, or POTOK_EIO. */
POTOK_API enum potok_status potok_gzip_byte(
    const struct potok_file *gzip, uint64_t byte, struct potok_place *place);

/* Where an index is written: write() writes n bytes at `offset`, and answers 0, or below 0 with
 * errno set. */
struct potok_index_file {
	int (*write)(void *ctx, const void *data, size_t n, uint64_t offset);
	void *ctx;
};

/* Writes an index, block by block.  Zeroed but for the two files, it is ready to be used; the other
 * members are private. */
struct potok_index_writer {
	struct potok_index_file gzi, gzl;
	uint64_t nblocks, nlines, ntext;
	uint32_t crc;
	int error; /* errno of the first write that failed */
	size_t nwaiting;
	unsigned char waiting_gzi[4096], waiting_gzl[2048];
};

/* A potok_block_fn: ctx is the writer. */
POTOK_API void potok_index_add(void *writer, const struct potok_block *block);

/* Completes the index; gzip_size: bytes of the gzip file.  Answers POTOK_DONE, or POTOK_EIO with
 * errno set when that, or writing before, failed. */
POTOK_API enum potok_status potok_index_finish(struct potok_index_writer *, uint64_t gzip_size);

/* Writes the versions of zlib, libdeflate and ISA-L, one a line, at most n bytes with the final
 * NUL. */
POTOK_API void potok_compress_versions(char *buf, size_t n);

#ifdef __cplusplus
}
#endif

#endif
