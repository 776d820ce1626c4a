import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.languagetool.JLanguageTool;
import org.languagetool.Languages;
import org.languagetool.rules.Rule;
import org.languagetool.rules.RuleMatch;

/**
 * Checks spelling and grammar of the pages with LanguageTool. Arguments: the word list, then pages or folders of pages. Code is left
 * out; a cell of a table, a list item and a paragraph are checked on their own. Exit code 1 when something was found.
 */
class CheckProse {
    private static final Pattern SPAN = Pattern.compile("``.+?``|`[^`]*`");
    private static final Pattern PICTURE = Pattern.compile("!\\[([^]]*)]\\([^)]*\\)");
    private static final Pattern LINK = Pattern.compile("\\[([^]]*)]\\([^)]*\\)");
    private static final Pattern ADDRESS = Pattern.compile("https?://\\S+|\\S+\\.(?:md|json|java|py)\\b");
    private static final Pattern MARKER = Pattern.compile("^\\s*(?:[-*] |\\d+\\. |#+ |> )");

    /** About typography, which plain text pages do not have, and about style on which the project decides otherwise. */
    private static final Set<String> LEFT_OUT = Set.of(
            "UPPERCASE_SENTENCE_START", "EN_QUOTES", "WHITESPACE_RULE", "COMMA_PARENTHESIS_WHITESPACE", "DASH_RULE", "MULTIPLICATION_SIGN",
            "OXFORD_SPELLING_Z_NOT_S", "EN_UNPAIRED_BRACKETS", "EN_UNPAIRED_QUOTES", "SENTENCE_WHITESPACE", "UNIT_SPACE", "ARROWS", "PLUS_MINUS",
            "MISSING_GENITIVE", "ID_CASING", "NON_STANDARD_WORD", "DOUBLE_PUNCTUATION", "COMMA_COMPOUND_SENTENCE", "COMMA_COMPOUND_SENTENCE_2",
            "SENT_START_CONJUNCTIVE_LINKING_ADVERB_COMMA", "BY_DEFAULT_COMMA", "MISSING_COMMA_AFTER_INTRODUCTORY_PHRASE",
            "ENGLISH_WORD_REPEAT_BEGINNING_RULE", "NODT_DOZEN", "MANY_NN", "STARS_AND_STEPS", "LICENCE_LICENSE_NOUN_SINGULAR", "A_INFINITIVE",
            "ARTICLE_ADJECTIVE_OF", "HAVE_PART_AGREEMENT", "EN_COMPOUNDS_HAND_WRITTEN", "WHETHER", "A_BIT", "PRP_COMMA");

    /** Names as code spells them: camel case, digits, underscores. */
    private static final Pattern NAME = Pattern.compile(".*(?:\\d|_|\\p{Ll}\\p{Lu}).*");

    public static void main(String[] arguments) throws IOException {
        JLanguageTool tool = new JLanguageTool(Languages.getLanguageForShortCode("en-GB"));
        Set<String> words = Files.readAllLines(Path.of(arguments[0])).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .collect(Collectors.toSet());
        for (Rule rule : tool.getAllActiveRules()) {
            if (LEFT_OUT.contains(rule.getId())) {
                tool.disableRule(rule.getId());
            }
        }
        int found = 0;
        for (int i = 1; i < arguments.length; i++) {
            for (Path page : pages(Path.of(arguments[i]))) {
                for (Piece piece : pieces(Files.readAllLines(page))) {
                    for (RuleMatch match : tool.check(piece.text())) {
                        String word = piece.text().substring(match.getFromPos(), match.getToPos());
                        boolean isSpelling = match.getRule().isDictionaryBasedSpellingRule();
                        if (isSpelling && (words.contains(word) || words.contains(word.replaceAll("('s|s)$", "")) || NAME.matcher(word).matches())) {
                            continue;
                        }
                        System.out.printf("%s:%d: %s: '%s': %s%n", page, piece.line(), match.getRule().getId(), word, match.getMessage());
                        found++;
                    }
                }
            }
        }
        System.out.printf("prose: %d findings%n", found);
        System.exit(found == 0 ? 0 : 1);
    }

    private static List<Path> pages(Path place) throws IOException {
        try (Stream<Path> files = Files.walk(place)) {
            return files.filter(file -> file.toString().endsWith(".md")).sorted().toList();
        }
    }

    /** A stretch of text that is checked as a whole, and the line where it begins. */
    private record Piece(int line, String text) {}

    private static List<Piece> pieces(List<String> lines) {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder paragraph = new StringBuilder();
        int begun = 1;
        boolean isCode = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean isFence = line.strip().startsWith("```");
            boolean isTable = line.startsWith("|");
            if (isFence || isCode || isTable || line.isBlank() || MARKER.matcher(line).find()) {
                add(pieces, begun, paragraph);
            }
            if (isFence) {
                isCode = !isCode;
            } else if (isTable) {
                for (String cell : plain(line).split("\\|")) {
                    if (!cell.matches("[-: ]*")) {
                        pieces.add(new Piece(i + 1, cell.strip()));
                    }
                }
            } else if (!isCode && !line.isBlank()) {
                if (paragraph.isEmpty()) {
                    begun = i + 1;
                }
                paragraph.append(plain(MARKER.matcher(line).replaceFirst(""))).append(' ');
                if (line.startsWith("#")) {
                    add(pieces, begun, paragraph);
                }
            }
        }
        add(pieces, begun, paragraph);
        return pieces;
    }

    private static void add(List<Piece> pieces, int line, StringBuilder paragraph) {
        if (!paragraph.isEmpty()) {
            pieces.add(new Piece(line, paragraph.toString().replaceAll("\\s+", " ").strip()));
            paragraph.setLength(0);
        }
    }

    private static String plain(String line) {
        String text = SPAN.matcher(line).replaceAll("Code");
        text = LINK.matcher(PICTURE.matcher(text).replaceAll("$1")).replaceAll("$1");
        return ADDRESS.matcher(text).replaceAll("Code").replace("**", "").replace("*", "").replace("\\|", "or");
    }
}
