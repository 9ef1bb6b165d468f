// Gunzip.java FILE: its text, by Java's own reader of gzip, read as the manual of potok-compress says.
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.util.zip.GZIPInputStream;

class Gunzip {
	public static void main(String[] args) throws Exception {
		try (var in = new GZIPInputStream(new BufferedInputStream(new FileInputStream(args[0]), 65536))) {
			in.transferTo(System.out);
		}
		System.out.flush();
	}
}
