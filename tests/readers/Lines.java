// Lines.java FILE: how many lines Java's readers find in it, each the same number or an error.
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Scanner;

class Lines {
	public static void main(String[] args) throws Exception {
		Path path = Path.of(args[0]);
		long lines = Files.readAllLines(path).size();
		long scanned = 0;
		try (Scanner scanner = new Scanner(path, "UTF-8")) {
			for (; scanner.hasNextLine(); scanned++)
				scanner.nextLine();
		}
		if (Files.readString(path).lines().count() != lines || scanned != lines)
			throw new Exception("the readers do not agree");
		System.out.println(lines);
	}
}
