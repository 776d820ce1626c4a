package io.jgemma.engine.grammar;

import com.networknt.schema.Error;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.format.EmailFormat;
import com.networknt.schema.format.Format;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;

/**
 * What schemas allow, as a validator by others sees it ({@code com.networknt:json-schema-validator}), with formats asserted.
 *
 * <p>One difference is known and decided by the text of the standard. JSON Schema's {@code email} is a {@code Mailbox} of RFC 5321, section 4.1.2, whose
 * {@code Domain} is any sequence of labels; the validator refuses domains that do not end with a name of the root zone as it was when the
 * validator was built. So what is a {@code Mailbox} by the pattern below, which was written for this test, is one here.
 */
public final class IndependentValidator {
    private static final String ATOM = "[\\w!#$%&'*+/=?^`{|}~-]+";
    private static final Pattern LOCAL_PART =
            Pattern.compile(ATOM + "(\\." + ATOM + ")*|\"([\\x20-\\x7E&&[^\"\\\\]]|\\\\[\\x20-\\x7E])*\"");
    private static final String SUB_DOMAIN = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
    private static final Pattern DOMAIN = Pattern.compile(SUB_DOMAIN + "(\\." + SUB_DOMAIN + ")*");

    private final SchemaRegistry registry = SchemaRegistry.withDialects(Stream.of(
                    Dialects.getDraft202012(),
                    Dialects.getDraft201909(),
                    Dialects.getDraft7(),
                    Dialects.getDraft6(),
                    Dialects.getDraft4())
            .map(dialect -> Dialect.builder(dialect).format(new Mailbox()).build())
            .toList());
    private int undecided;

    /** What is wrong with an instance; nothing where the validator fails. */
    public List<Error> errors(String schema, String instance) {
        try {
            return registry.getSchema(schema, InputFormat.JSON)
                    .validate(
                            instance,
                            InputFormat.JSON,
                            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
        } catch (JacksonException | SchemaException e) {
            // It asks for the long value of numbers that have none, and does not know every schema's "id".
            undecided++;
            return List.of();
        }
    }

    /** Instances on which the validator failed. */
    public int undecided() {
        return undecided;
    }

    /** The format {@code email}: a domain's mailbox, or what the validator takes besides. */
    private static final class Mailbox implements Format {
        private final Format others = new EmailFormat();

        @Override
        public String getName() {
            return "email";
        }

        @Override
        public boolean matches(ExecutionContext context, String value) {
            return isMailbox(value) || others.matches(context, value);
        }
    }

    /** RFC 5321, section 4.1.2, with the lengths of section 4.5.3.1; no address literals. */
    private static boolean isMailbox(String text) {
        int at = text.lastIndexOf('@');
        if (at < 1 || at > 64 || text.length() - at - 1 > 255) {
            return false;
        }
        return LOCAL_PART.matcher(text.substring(0, at)).matches()
                && DOMAIN.matcher(text.substring(at + 1)).matches();
    }
}
