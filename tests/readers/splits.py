"""splits.py FILE N: cuts a BGZF file at N equal places, reads each split alone as Hadoop does with a
codec for BGZF, and prints the lines of all splits in order.

The rule is that of Hadoop's LineRecordReader with a SplittableCompressionCodec, which cannot see
whether the byte before its first block is a line end: every split but the first throws its first line
away, even a whole one, and every split reads on until a line has ended in a block that begins at its
end or behind it.  Blocks of potok-compress begin with a whole line, so the line thrown away is the
one beyond its end that the split before has read.  (To keep a first line that is whole, and to read
none beyond the end, would give the same lines, but needs the block before.)

Hadoop's splits are longer than a block; here one in which no block begins has no lines."""
import struct
import sys
import zlib

MAGIC = b"\x1f\x8b\x08\x04"


def block(data, at):
	"""The text of the block at this place and the place behind it; None if there is no block."""
	if data[at:at + 4] != MAGIC or at + 12 > len(data):
		return None
	extra, = struct.unpack_from("<H", data, at + 10)
	field = at + 12
	begin = field + extra
	size = None
	while field + 6 <= min(begin, len(data)):
		length, = struct.unpack_from("<H", data, field + 2)
		if data[field:field + 2] == b"BC" and length == 2:
			size = struct.unpack_from("<H", data, field + 4)[0] + 1
		field += 4 + length
	if size is None or at + size > len(data) or at + size < begin + 8:
		return None
	inflate = zlib.decompressobj(-15)
	try:
		text = inflate.decompress(data[begin:at + size - 8])
	except zlib.error:
		return None
	if not inflate.eof or inflate.unused_data:
		return None
	if struct.unpack_from("<LL", data, at + size - 8) != (zlib.crc32(text), len(text)):
		return None
	return text, at + size


def first_block(data, start, end):
	"""The first block that begins at start or behind it, and before end; None if there is none."""
	at = data.find(MAGIC, start, end + 3)
	while at >= 0 and block(data, at) is None:
		at = data.find(MAGIC, at + 1, end + 3)
	return at if at >= 0 else None


def lines(data, at):
	"""Each line from the block at this place on, with the place of the block in which it ends."""
	rest = b""
	while at < len(data):
		found = block(data, at)
		if found is None:
			sys.exit(f"splits.py: no block at byte {at}")
		text, after = found
		*whole, rest = (rest + text).split(b"\n")
		for line in whole:
			yield line + b"\n", at
		at = after
	if rest:
		yield rest, at


def split(data, start, end):
	"""The lines of the split from start to end."""
	at = first_block(data, start, end)
	if at is None:
		return
	throw_away = at != 0
	for line, at in lines(data, at):
		if not throw_away:
			yield line
		throw_away = False
		if at >= end:
			return


def main():
	with open(sys.argv[1], "rb") as file:
		data = file.read()
	n = int(sys.argv[2])
	for i in range(n):
		sys.stdout.buffer.writelines(split(data, len(data) * i // n, len(data) * (i + 1) // n))


main()
