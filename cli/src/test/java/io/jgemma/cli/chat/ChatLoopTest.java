package io.jgemma.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.jgemma.cli.TestConsole;
import io.jgemma.cli.io.ProgressBar;
import io.jgemma.cli.tools.ToolFile;
import io.jgemma.cli.tools.Toolbox;
import io.jgemma.engine.chat.ChatMessage;
import io.jgemma.engine.chat.ToolCall;
import io.jgemma.engine.generation.FinishReason;
import io.jgemma.engine.sample.SamplerOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ChatLoopTest {
    private static final String TOOLS = """
            [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}},
             {"type": "function", "function": {"name": "echo"}, "command": "cat"},
             {"type": "function", "function": {"name": "broken"}, "command": "echo dead >&2; exit 1"}]
            """;

    private final FakeTerminal terminal = new FakeTerminal();
    private final FakePartner partner = new FakePartner();
    private final Conversation conversation = new Conversation(Optional.empty());

    private void run() {
        run(Toolbox.empty());
    }

    private void run(Toolbox tools) {
        run(tools, true);
    }

    private void run(Toolbox tools, boolean unasked) {
        ChatSettings settings =
                new ChatSettings(SamplerOptions.builder().topK(64).topP(0.95f).build(), 7, List.of("END"));
        Turn turn = new Turn(
                terminal,
                conversation,
                partner,
                tools,
                new Consent(terminal, unasked),
                settings,
                () -> ProgressBar.of("reading", new TestConsole("").console()));
        Commands commands = new Commands(terminal, conversation, turn, partner, Path.of("home"));
        new ChatLoop(terminal, conversation, turn, commands).run();
    }

    @Test
    void eachMessageIsAnsweredWithEverythingBeforeIt() {
        terminal.types("Hello", "", "How are you?");
        partner.says("Hi!").says("Fine.");

        run();

        assertThat(terminal.answers()).isEqualTo("Hi!\nFine.\n");
        assertThat(partner.lastChat().messages())
                .containsExactly(
                        ChatMessage.user("Hello"), ChatMessage.assistant("Hi!"), ChatMessage.user("How are you?"));
        assertThat(partner.requests().getLast().maxTokens()).hasValue(7);
        assertThat(partner.requests().getLast().stops()).containsExactly("END");
        assertThat(terminal.lines())
                .contains(
                        "[first token after 0.0 s, then 20.0 tokens/s; prompt 3 tokens (1 new), context 200 of 4096]");
    }

    @Test
    void aSystemPromptComesFirstAndCanBeChanged() {
        terminal.types("/system", "/system Be brief.", "Hello", "/system -", "Hello");
        partner.says("Hi.").says("Hi again.");

        run();

        assertThat(((io.jgemma.engine.generation.Prompt.Chat)
                                partner.requests().getFirst().prompt())
                        .messages())
                .containsExactly(ChatMessage.system("Be brief."), ChatMessage.user("Hello"));
        assertThat(partner.lastChat().messages().getFirst()).isEqualTo(ChatMessage.user("Hello"));
        assertThat(terminal.lines()).contains("There is no system prompt.");
    }

    @Test
    void clearForgetsTheConversationOnly() {
        terminal.types("/system Be brief.", "Hello", "/clear", "Again");
        partner.says("Hi.").says("Yes?");

        run();

        assertThat(partner.lastChat().messages())
                .containsExactly(ChatMessage.system("Be brief."), ChatMessage.user("Again"));
    }

    @Test
    void reasoningIsShownAsideAndKeptForTheTemplate() {
        terminal.types("Hello");
        partner.says("hm", "Hi.", List.of(), FinishReason.STOP);

        run();

        assertThat(terminal.asides()).isEqualTo("hm\n");
        assertThat(conversation.messages().getLast())
                .isEqualTo(ChatMessage.assistant("Hi.").withReasoning("hm"));
    }

    @Test
    void ctrlCStopsTheAnswerAndKeepsWhatCame() {
        terminal.types("Hello");
        partner.saysWhile("Once upon", terminal::interrupt);

        run();

        assertThat(terminal.lines()).contains("[stopped]");
        assertThat(conversation.messages().getLast()).isEqualTo(ChatMessage.assistant("Once upon"));
    }

    @Test
    void anAnswerThatNeverBeganLeavesNoTrace() {
        terminal.types("Hello");
        partner.saysWhile("", terminal::interrupt);

        run();

        assertThat(conversation.messages()).isEmpty();
    }

    @Test
    void ctrlCAtThePromptHintsAtTheWayOut() {
        terminal.presses(new ChatTerminal.Input.Interrupted()).types("/exit", "never read");

        run();

        assertThat(terminal.lines()).anyMatch(line -> line.contains("/exit"));
        assertThat(partner.requests()).isEmpty();
    }

    @Test
    void unknownCommandsAreNotSentAsMessages() {
        terminal.types("/hepl", "\"\"\"/hepl\"\"\"");
        partner.says("A message.");

        run();

        assertThat(terminal.lines().getFirst()).startsWith("error: There is no command '/hepl'");
        assertThat(partner.lastChat().messages()).containsExactly(ChatMessage.user("/hepl"));
    }

    @Test
    void aFullContextIsSaidInPlainWords() {
        terminal.types("Hello");
        partner.says("", "Half an ans", List.of(), FinishReason.CONTEXT_FULL);

        run();

        assertThat(terminal.lines()).anyMatch(line -> line.contains("The context of 4096 tokens is full. /clear"));
    }

    @Test
    void statisticsTellSpeedContextAndMemory() {
        terminal.types("Hello", "/stats");
        partner.says("Hi.");

        run();

        assertThat(String.join("\n", terminal.lines()))
                .contains("fake", "20.0 tokens/s", "100 of 4096 tokens", "150.0 MiB", "3.0 MiB", "2.0 MiB", "heap");
    }

    @Test
    void aConversationSurvivesSavingAndLoading(@TempDir Path directory) {
        Path file = directory.resolve("c.json");
        terminal.types("/system Be brief.", "Hello", "/save " + file, "/clear", "/system -", "/load " + file, "More");
        partner.says("Hi.").says("More what?");

        run();

        assertThat(partner.lastChat().messages())
                .containsExactly(
                        ChatMessage.system("Be brief."),
                        ChatMessage.user("Hello"),
                        ChatMessage.assistant("Hi."),
                        ChatMessage.user("More"));
    }

    @Test
    void whatTheModelRemembersIsKeptBesideTheConversation(@TempDir Path directory) {
        Path file = directory.resolve("c.json");
        terminal.types("Hello", "/save " + file, "/clear", "Other", "/load " + file, "/stats");
        partner.says("Hi.").says("Yes?");

        run();

        assertThat(directory.resolve("c.json.kv")).hasContent("JGEMMAKV100");
        assertThat(partner.usedTokens()).isEqualTo(100);
        assertThat(terminal.lines())
                .contains(
                        "Saved the K/V cache of the conversation to " + file + ".kv (100 tokens, 11 bytes).",
                        "The K/V cache was loaded from " + file + ".kv (100 tokens, 11 bytes).");
    }

    @Test
    void aConversationWithoutAnAnswerLeavesNoOlderMemoryBesideIt(@TempDir Path directory) throws java.io.IOException {
        Path ours = directory.resolve("a.json.kv");
        Path foreign = Files.writeString(directory.resolve("b.json.kv"), "notes");
        terminal.types(
                "Hello",
                "/save " + directory.resolve("a.json"),
                "/clear",
                "/save " + directory.resolve("a.json"),
                "/save " + directory.resolve("b.json"));
        partner.says("Hi.");

        run();

        assertThat(ours).doesNotExist();
        assertThat(foreign).hasContent("notes");
        assertThat(terminal.lines()).noneMatch(line -> line.startsWith("error: "));
    }

    @Test
    void aConversationWithoutMemoryIsReadAgain(@TempDir Path directory) throws java.io.IOException {
        Path file = directory.resolve("c.json");
        terminal.types("Hello", "/save " + file, "/load " + file);
        partner.says("Hi.");
        run();
        assertThat(partner.usedTokens()).isEqualTo(100);
        Files.delete(directory.resolve("c.json.kv"));
        terminal.types("/load " + file);

        run();

        assertThat(partner.usedTokens()).isZero();
        assertThat(conversation.size()).isEqualTo(2);
        assertThat(terminal.lines()).noneMatch(line -> line.startsWith("error: "));
    }

    @Test
    void refusedMemoryIsNamedAndTheConversationIsLoadedAllTheSame(@TempDir Path directory) throws java.io.IOException {
        Path file = directory.resolve("c.json");
        terminal.types("Hello", "/save " + file, "/clear");
        partner.says("Hi.");
        run();
        Path memory = Files.writeString(directory.resolve("c.json.kv"), "something else");
        terminal.types("/load " + file, "More");
        partner.says("More what?");

        run();

        assertThat(terminal.lines())
                .filteredOn(line -> line.startsWith("error: "))
                .singleElement()
                .asString()
                .isEqualTo("error: The model will read the conversation again before it answers: " + memory
                        + ": holds no session that jgemma saved.");
        assertThat(partner.lastChat().messages()).hasSize(3);
    }

    @Test
    void loadingNonsenseChangesNothing(@TempDir Path directory) throws java.io.IOException {
        Path file = Files.writeString(directory.resolve("c.json"), "{\"messages\": []}");
        terminal.types(
                "Hello", "/load " + file, "/load " + directory.resolve("none"), "/load", "/save " + file, "More");
        partner.says("Hi.").says("Yes?");

        run();

        assertThat(terminal.lines())
                .filteredOn(line -> line.startsWith("error: "))
                .satisfiesExactly(
                        line -> assertThat(line).contains("holds no conversation"),
                        line -> assertThat(line).contains("There is no file"),
                        line -> assertThat(line).contains("/load needs a file name"),
                        line -> assertThat(line).contains("exists already"));
        assertThat(partner.lastChat().messages()).hasSize(3);
        assertThat(file).hasContent("{\"messages\": []}");
    }

    @Test
    void thePersonAnswersToolCallsThatHaveNoProgram() {
        ToolCall call = new ToolCall("1", "get_weather", Map.of("city", "Paris"));
        terminal.types("Weather in Paris?", "sunny, 21 degrees");
        partner.says("", "", List.of(call), FinishReason.TOOL_CALLS).says("It is sunny.");

        run(ToolFile.parse("t.json", TOOLS));

        assertThat(terminal.prompts()).contains("result of get_weather> ");
        assertThat(partner.lastChat().tools()).hasSize(3);
        assertThat(partner.lastChat().messages())
                .containsExactly(
                        ChatMessage.user("Weather in Paris?"),
                        ChatMessage.assistant("", List.of(call)),
                        ChatMessage.tool(call, "sunny, 21 degrees"));
        assertThat(terminal.answers()).endsWith("It is sunny.\n");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void programsAnswerTheOthersAndFailuresReachTheModel() {
        ToolCall echo = new ToolCall("1", "echo", Map.of("a", 1));
        ToolCall broken = new ToolCall("2", "broken", Map.of());
        ToolCall unknown = new ToolCall("3", "nothing", Map.of());
        terminal.types("Go");
        partner.says("", "Calling.", List.of(echo, broken, unknown), FinishReason.TOOL_CALLS)
                .says("Done.");

        run(ToolFile.parse("t.json", TOOLS));

        assertThat(partner.lastChat().messages())
                .extracting(ChatMessage::text)
                .containsExactly(
                        "Go",
                        "Calling.",
                        "{\"a\":1}",
                        "error: '/bin/sh' ended with code 1: dead",
                        "error: there is no tool 'nothing'; there are get_weather, echo, broken");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aProgramRunsWhenThePersonSaysSo() {
        ToolCall echo = new ToolCall("1", "echo", Map.of("a", 1));
        terminal.types("Go", "y", "Again", "no", "Again", "", "Again", "A", "Again");
        for (int i = 0; i < 5; i++) {
            partner.says("", "", List.of(echo), FinishReason.TOOL_CALLS).says("Done.");
        }

        run(ToolFile.parse("t.json", TOOLS), false);

        String refused = "error: the user did not allow this call";
        assertThat(partner.lastChat().messages())
                .filteredOn(message -> message.role().equals("tool"))
                .extracting(ChatMessage::text)
                .containsExactly("{\"a\":1}", refused, refused, "{\"a\":1}", "{\"a\":1}");
        assertThat(terminal.prompts())
                .filteredOn(prompt -> prompt.startsWith("run it?"))
                .hasSize(4);
        assertThat(terminal.lines())
                .anyMatch(line -> line.contains("The model wants to run") && line.contains("{\"a\":1}"));
    }

    @Test
    void noProgramRunsWhereNobodyCanBeAsked() {
        terminal.withoutPerson().types("Go");
        partner.says("", "", List.of(new ToolCall("1", "echo", Map.of("a", 1))), FinishReason.TOOL_CALLS)
                .says("Done.");

        run(ToolFile.parse("t.json", TOOLS), false);

        assertThat(partner.lastChat().messages().getLast().text()).isEqualTo("error: the user did not allow this call");
        assertThat(terminal.lines()).anyMatch(line -> line.contains("--yes"));
    }

    @Test
    void anErrorTakesTheMessageBackAndTheConversationGoesOn() {
        terminal.types("Hello", "/system Be kind.", "Hi", "/system -", "Hi again");
        partner.says("Hi!")
                .fails(new IllegalStateException("System role not supported"))
                .says("There.");

        run();

        assertThat(terminal.lines()).anyMatch(line -> line.contains("System role not supported"));
        assertThat(conversation.messages())
                .extracting(ChatMessage::text)
                .containsExactly("Hello", "Hi!", "Hi again", "There.");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aModelThatCallsForEverIsStopped() {
        ToolCall echo = new ToolCall("1", "echo", Map.of("a", 1));
        terminal.types("Go", "Answer, please.");
        for (int i = 0; i < 16; i++) {
            partner.says("", "", List.of(echo), FinishReason.TOOL_CALLS);
        }
        partner.says("Done.");

        run(ToolFile.parse("t.json", TOOLS));

        assertThat(terminal.lines()).anyMatch(line -> line.startsWith("error: The model called tools 16 times"));
        assertThat(partner.requests()).hasSize(17);
        assertThat(terminal.answers()).endsWith("Done.\n");
    }

    @Test
    void ctrlCAfterACallLeavesItUncalled() {
        ToolCall call = new ToolCall("1", "get_weather", Map.of());
        terminal.types("Weather?");
        partner.says("", "", List.of(call), FinishReason.CANCELLED);

        run(ToolFile.parse("t.json", TOOLS));

        assertThat(terminal.prompts()).doesNotContain("result of get_weather> ");
    }

    @Test
    void theEndOfTheInputInTheMiddleOfAToolRoundEndsTheProgram() {
        ToolCall call = new ToolCall("1", "get_weather", Map.of());
        terminal.types("Weather?");
        partner.says("", "", List.of(call), FinishReason.TOOL_CALLS);

        run(ToolFile.parse("t.json", TOOLS));

        assertThat(conversation.messages()).isEmpty();
    }

    @Test
    void anAnswerIsGivenAgainAndTakenBack() {
        terminal.types("One", "Two", "/regen", "/copy", "/undo", "/regenerate", "/undo", "/undo", "/regen", "/copy");
        partner.says("First.").says("Second.").says("Second, again.").says("First, again.");

        run();

        assertThat(terminal.answers()).isEqualTo("First.\nSecond.\nSecond, again.\nFirst, again.\n");
        assertThat(terminal.clipboard()).isEqualTo("Second, again.");
        assertThat(partner.requests().get(2).prompt())
                .isEqualTo(partner.requests().get(1).prompt());
        assertThat(terminal.lines())
                .contains(
                        "Taken back: Two",
                        "Taken back: One",
                        "error: There is no message to take back.",
                        "error: There is no message to answer again.",
                        "error: There is no answer to copy.");
        assertThat(conversation.size()).isZero();
    }

    @Test
    void anAnswerThatCannotBeGivenAgainStays() {
        terminal.types("One", "/regen");
        partner.says("First.").says("");

        run();

        assertThat(conversation.messages()).containsExactly(ChatMessage.user("One"), ChatMessage.assistant("First."));
        assertThat(terminal.lines()).contains("The answer before stays.");
    }

    @Test
    void settingsAreShownAndChanged() {
        terminal.types(
                "/set",
                "/set temperature 0.25",
                "/set top-k = 3",
                "/set n 9",
                "/set seed 5",
                "/set colour 1",
                "/set top_p much",
                "/set top_p -3",
                "/set top_p",
                "/set top_k 1.5",
                "Hello");
        partner.says("Hi.");

        run();

        SamplerOptions sampling = partner.requests().getLast().sampling().orElseThrow();
        assertThat(sampling.temperature()).isEqualTo(0.25f);
        assertThat(sampling.topK()).isEqualTo(3);
        assertThat(sampling.seed()).isEqualTo(5);
        assertThat(partner.requests().getLast().maxTokens()).hasValue(9);
        assertThat(terminal.lines())
                .contains(
                        "  top_k              64",
                        "  max_tokens         7",
                        "error: There is no setting 'colour'; /set shows them.",
                        "error: 'much' is no number for top_p.",
                        "error: /set top_p needs a value; it is 0.95 now.");
        assertThat(terminal.lines()).anyMatch(line -> line.startsWith("error: top_p cannot be -3: "));
        assertThat(terminal.lines()).anyMatch(line -> line.startsWith("error: top_k cannot be 1.5: "));
    }

    @Test
    void reasoningIsSwitchedByAVariableOfTheTemplate() {
        terminal.types("/think off", "One", "/think high", "Two", "/think perhaps");
        partner.says("1").says("2");

        run();

        assertThat(partner.requests().stream()
                        .map(request ->
                                ((io.jgemma.engine.generation.Prompt.Chat) request.prompt()).templateVariables()))
                .containsExactly(
                        Map.of("enable_thinking", false), Map.of("enable_thinking", true, "reasoning_effort", "high"));
        assertThat(terminal.lines()).contains("error: /think needs one of on, off, low, medium, high.");
    }
}
