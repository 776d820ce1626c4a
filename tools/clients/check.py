"""OpenAI's and Anthropic's clients for Python against a jgemma server with the demo model. Prints a line a check."""
import base64
import pathlib
import sys

import anthropic
import openai

URL = sys.argv[1]
WEATHER = "What is the weather in Paris for the next 3 days?"
SCHEMA = {
    "type": "object",
    "required": ["city", "days"],
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
}
TOOL = {"type": "function", "function": {"name": "get_weather", "description": "Get the weather forecast.", "parameters": SCHEMA}}
HELLO = [{"role": "user", "content": "Hello"}]
GREETING = "Hello! How can I help you today?"
PICTURES = pathlib.Path(__file__).parents[2] / "server/src/test/resources/pictures"
STAR = base64.b64encode((PICTURES / "purple_star_corner.png").read_bytes()).decode()
STAR_URL = "data:image/png;base64," + STAR
WHERE = "Where is the star?"
CORNER = "The star is in the bottom left corner."
GREEDY = {"temperature": 0}
client = openai.OpenAI(base_url=URL + "/v1", api_key="none", max_retries=0)
claude = anthropic.Anthropic(base_url=URL, api_key="none", max_retries=0)
MODEL = client.models.list().data[0].id
failures = 0


def check(name, test):
    global failures
    try:
        assert test(), "wrong answer"
        print("passed", name)
    except Exception as e:  # each check is reported, whatever it ends with
        failures += 1
        print("FAILED", name, type(e).__name__, str(e)[:300])


def chat():
    return client.chat.completions.create(model=MODEL, messages=HELLO, temperature=0).choices[0].message.content == GREETING


def stream():
    with client.chat.completions.stream(model=MODEL, messages=HELLO, temperature=0, stream_options={"include_usage": True}) as s:
        for _ in s:
            pass
        end = s.get_final_completion()
    return end.choices[0].message.content == GREETING and end.usage.prompt_tokens == 10


def tools():
    with client.chat.completions.stream(model=MODEL, messages=[{"role": "user", "content": WEATHER}], temperature=0, tools=[TOOL]) as s:
        call = s.get_final_completion().choices[0].message.tool_calls[0]
    return call.function.name == "get_weather" and call.function.arguments == '{"city":"Paris","days":3}'


def logprobs():
    answer = client.chat.completions.create(model=MODEL, messages=HELLO, temperature=0, logprobs=True, top_logprobs=3)
    return len(answer.choices[0].logprobs.content[0].top_logprobs) == 3


def responses():
    with client.responses.stream(model=MODEL, input="Hello", temperature=0) as s:
        for _ in s:
            pass
        return s.get_final_response().output_text == GREETING


def picture():
    content = [{"type": "image_url", "image_url": {"url": STAR_URL}}, {"type": "text", "text": WHERE}]
    messages = [{"role": "user", "content": content}]
    return client.chat.completions.create(model=MODEL, messages=messages, temperature=0).choices[0].message.content == CORNER


def picture_alone():
    """As FlowDown sends it: the picture is a message of its own."""
    messages = [
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": STAR_URL, "detail": "high"}}]},
        {"role": "user", "content": WHERE},
    ]
    return "star" in client.chat.completions.create(model=MODEL, messages=messages, temperature=0).choices[0].message.content


def responses_picture():
    content = [{"type": "input_image", "image_url": STAR_URL}, {"type": "input_text", "text": WHERE}]
    return client.responses.create(model=MODEL, input=[{"role": "user", "content": content}], temperature=0).output_text == CORNER


def embeddings():
    vectors = client.embeddings.create(model=MODEL, input=["A river", "A lake"]).data
    return len(vectors) == 2 and abs(sum(x * x for x in vectors[0].embedding) - 1) < 1e-3


def errors():
    try:
        client.chat.completions.create(model="other", messages=HELLO)
    except openai.NotFoundError as e:
        return "other" in str(e)
    return False


def cancel():
    s = client.chat.completions.create(model=MODEL, messages=HELLO, stream=True, extra_body={"ignore_eos": True})
    next(iter(s))
    s.close()
    return client.chat.completions.create(model=MODEL, messages=HELLO, temperature=0).choices[0].message.content == GREETING


def claude_chat():
    return claude.messages.create(model=MODEL, max_tokens=64, messages=HELLO, extra_body=GREEDY).content[0].text == GREETING


def claude_stream():
    with claude.messages.stream(model=MODEL, max_tokens=64, messages=HELLO, extra_body=GREEDY) as s:
        return "".join(s.text_stream) == GREETING


def claude_picture():
    source = {"type": "base64", "media_type": "image/png", "data": STAR}
    content = [{"type": "image", "source": source}, {"type": "text", "text": WHERE}]
    messages = [{"role": "user", "content": content}]
    return claude.messages.create(model=MODEL, max_tokens=64, messages=messages, extra_body=GREEDY).content[0].text == CORNER


def claude_tools():
    tool = {"name": "get_weather", "description": "Get the weather forecast.", "input_schema": SCHEMA}
    with claude.messages.stream(
        model=MODEL, max_tokens=64, tools=[tool], extra_body=GREEDY, messages=[{"role": "user", "content": WEATHER}]
    ) as s:
        message = s.get_final_message()
    return message.stop_reason == "tool_use" and message.content[0].input == {"city": "Paris", "days": 3}


def claude_count():
    return claude.messages.count_tokens(model=MODEL, messages=HELLO).input_tokens == 10


def claude_errors():
    try:
        claude.messages.create(model="other", max_tokens=1, messages=HELLO)
    except anthropic.NotFoundError as e:
        return "other" in str(e)
    return False


for test in (chat, stream, tools, logprobs, responses, picture, picture_alone, responses_picture, embeddings, errors, cancel):
    check("openai " + openai.__version__ + " " + test.__name__, test)
for test in (claude_chat, claude_stream, claude_picture, claude_tools, claude_count, claude_errors):
    check("anthropic " + anthropic.__version__ + " " + test.__name__, test)
sys.exit(1 if failures else 0)
