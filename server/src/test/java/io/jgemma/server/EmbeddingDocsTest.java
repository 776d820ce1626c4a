package io.jgemma.server;

import static io.jgemma.server.TestServer.GREETING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.jgemma.engine.Engine;
import io.jgemma.engine.EngineOptions;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/embedding.md and the README show are programs. */
class EmbeddingDocsTest {

    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("public (?:final )?(?:class|record) (\\w+)");

    @TempDir
    private Path classes;

    private static Map<String, String> programs(String page) throws IOException {
        Map<String, String> programs = new TreeMap<>();
        BLOCK.matcher(Files.readString(Path.of("..").resolve(page))).results().forEach(block -> {
            var name = NAME.matcher(block.group(1));
            assertThat(name.find()).as(block.group(1)).isTrue();
            programs.put(name.group(1), block.group(1));
        });
        return programs;
    }

    private void compile(Map<String, String> programs) {
        List<JavaFileObject> files = programs.entrySet().stream()
                .<JavaFileObject>map(program ->
                        new SimpleJavaFileObject(
                                URI.create("string:///" + program.getKey() + ".java"), JavaFileObject.Kind.SOURCE) {
                            @Override
                            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                                return program.getValue();
                            }
                        })
                .toList();
        StringWriter messages = new StringWriter();
        List<String> options =
                List.of("-d", classes.toString(), "-proc:none", "-classpath", System.getProperty("java.class.path"));
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .getTask(messages, null, null, options, null, files)
                        .call())
                .as(messages.toString())
                .isTrue();
    }

    @Test
    void readmeCompiles() throws IOException {
        compile(programs("README.md"));
        assertThat(classes.resolve("Hello.class")).exists();
    }

    @Test
    void pageCompilesAndItsLangChain4jModelAnswers() throws Exception {
        Map<String, String> programs = programs("docs/embedding.md");
        assertThat(programs).hasSizeGreaterThan(7).containsKey("LocalModel");
        assertThat(programs.get("LocalModel").lines()).hasSizeLessThan(60);
        compile(programs);
        try (URLClassLoader loader = new URLClassLoader(
                        new URL[] {classes.toUri().toURL()}, getClass().getClassLoader());
                Engine engine = Engine.open(EngineOptions.embedded())) {
            Class<?> type = loader.loadClass("LocalModel");
            Object model = type.getConstructor(Engine.class).newInstance(engine);
            ChatRequest request = ChatRequest.builder()
                    .messages(UserMessage.from("Hello"))
                    .temperature(0.0)
                    .build();

            ChatResponse answer = ((ChatModel) model).chat(request);

            assertThat(answer.aiMessage().text()).isEqualTo(GREETING);
            assertThat(answer.tokenUsage().inputTokenCount()).isEqualTo(10);
            StreamingChatModel streaming =
                    (StreamingChatModel) type.getMethod("streaming").invoke(model);
            assertThat(streamed(streaming, request)).isEqualTo(GREETING);
        }
    }

    private static String streamed(StreamingChatModel model, ChatRequest request) {
        StringBuilder pieces = new StringBuilder();
        CompletableFuture<ChatResponse> complete = new CompletableFuture<>();
        model.chat(request, new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String piece) {
                pieces.append(piece);
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                complete.complete(response);
            }

            @Override
            public void onError(Throwable failure) {
                complete.completeExceptionally(failure);
            }
        });
        assertThat(complete.join().aiMessage().text()).isEqualTo(pieces.toString());
        return pieces.toString();
    }
}
