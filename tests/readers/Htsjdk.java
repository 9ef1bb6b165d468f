// Htsjdk.java FILE: its text, by the reader of BGZF in htsjdk, which must also find the end block.
import htsjdk.samtools.util.BlockCompressedInputStream;
import java.io.File;

class Htsjdk {
	public static void main(String[] args) throws Exception {
		var file = new File(args[0]);
		var end = BlockCompressedInputStream.checkTermination(file);
		if (end != BlockCompressedInputStream.FileTermination.HAS_TERMINATOR_BLOCK)
			throw new Exception(args[0] + ": " + end);
		try (var in = new BlockCompressedInputStream(file)) {
			in.setCheckCrcs(true);
			in.transferTo(System.out);
		}
		System.out.flush();
	}
}
