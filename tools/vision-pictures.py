#!/usr/bin/env python3
"""Draws pictures of coloured shapes and answers questions about them with the demo model in transformers.

    pip install torch transformers gguf numpy pillow
    tools/vision-pictures.py --model DEMO-FOLDER --out ~/.cache/jgemma/models/vision-pictures

DEMO-FOLDER holds jgemma-demo-q4_0.gguf, mmproj-jgemma-demo-f16.gguf and golden.json, from which the prompts' tokens come. The
model runs in float32 on the CPU with the dequantised weights. The pictures are PNG, JPEG, lossless and lossy WebP of
60 to 700 pixels a side, stored in all eight Exif orientations. answers.json lists for each: file, question, what a right
answer contains, and the reference's answer. Pictures are decoded by Pillow and resized with its bilinear filter, as the
reference processor does.
"""
import argparse
import json
import math
import pathlib
import random

import gguf
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageOps
from transformers import Gemma3Config, Gemma3ForConditionalGeneration, Gemma3TextConfig, SiglipVisionConfig

TEXT_PARTS = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "attn_norm": "input_layernorm",
    "post_attention_norm": "post_attention_layernorm",
    "ffn_norm": "pre_feedforward_layernorm",
    "post_ffw_norm": "post_feedforward_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
VISION_PARTS = {
    "ln1": "layer_norm1",
    "ln2": "layer_norm2",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_out": "self_attn.out_proj",
    "ffn_up": "mlp.fc1",
    "ffn_down": "mlp.fc2",
}
VISION_NAMES = {
    "v.patch_embd": "embeddings.patch_embedding",
    "v.position_embd": "embeddings.position_embedding",
    "v.post_ln": "post_layernorm",
}
COLOURS = {
    "red": (220, 30, 30), "green": (30, 160, 60), "blue": (30, 70, 220), "yellow": (240, 210, 30),
    "orange": (245, 140, 20), "purple": (140, 50, 170), "black": (10, 10, 10),
}
SHAPES = ["circle", "square", "triangle", "star"]
COUNTS = {1: "one shape", 2: "two shapes", 3: "three shapes"}
# What the picture must look like, stored in each of Exif's orientations.
STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def tensors(path):
    reader = gguf.GGUFReader(path)
    values = {t.name: torch.from_numpy(gguf.dequantize(t.data, t.tensor_type).reshape(t.shape.tolist()[::-1]).copy())
              for t in reader.tensors}
    return reader, {name: value.float() for name, value in values.items()}


def load(folder):
    """The demo model in transformers, and the pieces of its vocabulary."""
    reader, text = tensors(folder / "jgemma-demo-q4_0.gguf")
    projector, vision = tensors(folder / "mmproj-jgemma-demo-f16.gguf")

    def of(file, key):
        return file.get_field(key).contents()

    layers = of(reader, "gemma3.block_count")
    text_config = Gemma3TextConfig(
        vocab_size=text["token_embd.weight"].shape[0], hidden_size=of(reader, "gemma3.embedding_length"),
        intermediate_size=of(reader, "gemma3.feed_forward_length"), num_hidden_layers=layers,
        num_attention_heads=of(reader, "gemma3.attention.head_count"),
        num_key_value_heads=of(reader, "gemma3.attention.head_count_kv"),
        head_dim=of(reader, "gemma3.attention.key_length"),
        query_pre_attn_scalar=of(reader, "gemma3.attention.key_length"),
        sliding_window=of(reader, "gemma3.attention.sliding_window"), max_position_embeddings=4096,
        layer_types=["full_attention" if (i + 1) % 6 == 0 else "sliding_attention" for i in range(layers)],
        rms_norm_eps=of(reader, "gemma3.attention.layer_norm_rms_epsilon"), pad_token_id=0, eos_token_id=5,
        bos_token_id=2)
    size, patch = of(projector, "clip.vision.image_size"), of(projector, "clip.vision.patch_size")
    pool = of(projector, "clip.vision.projector.scale_factor")
    vision_config = SiglipVisionConfig(
        hidden_size=of(projector, "clip.vision.embedding_length"), image_size=size, patch_size=patch,
        intermediate_size=of(projector, "clip.vision.feed_forward_length"),
        num_hidden_layers=of(projector, "clip.vision.block_count"),
        num_attention_heads=of(projector, "clip.vision.attention.head_count"),
        layer_norm_eps=of(projector, "clip.vision.attention.layer_norm_epsilon"), hidden_act="gelu_pytorch_tanh",
        vision_use_head=False)
    config = Gemma3Config(text_config=text_config, vision_config=vision_config,
                          mm_tokens_per_image=(size // patch // pool) ** 2,
                          boi_token_index=6, eoi_token_index=7, image_token_index=8)
    model = Gemma3ForConditionalGeneration(config).eval()
    state = {"model.language_model.embed_tokens.weight": text["token_embd.weight"],
             "model.language_model.norm.weight": text["output_norm.weight"] - 1,
             "lm_head.weight": text["token_embd.weight"]}
    for name, value in text.items():
        if name.startswith("blk."):
            _, i, part, _ = name.split(".")
            value = value - 1 if "norm" in part else value
            state[f"model.language_model.layers.{i}.{TEXT_PARTS[part]}.weight"] = value
    names = model.state_dict().keys()
    tower = "model.vision_tower." + ("vision_model." if any("vision_tower.vision_model." in n for n in names) else "")
    for name, value in vision.items():
        if name.startswith("v.blk."):
            _, _, i, part, kind = name.split(".")
            state[f"{tower}encoder.layers.{i}.{VISION_PARTS[part]}.{kind}"] = value
        elif name.startswith("v."):
            stored, kind = name.rsplit(".", 1)
            state[f"{tower}{VISION_NAMES[stored]}.{kind}"] = value
    state["model.multi_modal_projector.mm_soft_emb_norm.weight"] = vision["mm.soft_emb_norm.weight"] - 1
    state["model.multi_modal_projector.mm_input_projection_weight"] = vision["mm.input_projection.weight"]
    missing, unexpected = model.load_state_dict(state, strict=False)
    missing = [name for name in missing if "position_ids" not in name]
    if missing or unexpected:
        raise SystemExit(f"missing {missing}, unexpected {unexpected}")
    return model, of(reader, "tokenizer.ggml.tokens"), size


def draw(canvas, shape, colour, x, y, radius):
    if shape == "circle":
        canvas.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)
    elif shape == "square":
        side = radius * 0.85
        canvas.rectangle([x - side, y - side, x + side, y + side], fill=colour)
    else:
        corners, inner = (3, 1) if shape == "triangle" else (10, 0.4)
        canvas.polygon([(x + radius * (inner if i % 2 and corners == 10 else 1) * math.sin(2 * math.pi * i / corners),
                         y - radius * (inner if i % 2 and corners == 10 else 1) * math.cos(2 * math.pi * i / corners))
                        for i in range(corners)], fill=colour)


def picture(chance, count):
    width, height = chance.randint(60, 700), chance.randint(60, 700)
    image = Image.new("RGB", (width, height), "white")
    canvas = ImageDraw.Draw(image)
    cells = chance.sample([(0.27, 0.27), (0.73, 0.27), (0.27, 0.73), (0.73, 0.73)], count)
    shown = []
    for x, y in [(0.5, 0.5)] if count == 1 else cells:
        shape, colour = chance.choice(SHAPES), chance.choice(list(COLOURS))
        radius = min(width, height) * (0.3 if count == 1 else 0.18)
        draw(canvas, shape, COLOURS[colour], x * width, y * height, radius)
        shown.append(f"{colour} {shape}")
    return image, shown


def save(image, path, kind, orientation):
    if orientation in STORED:
        image = image.transpose(STORED[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"png": {}, "jpg": {"quality": 90}, "webp": {"lossless": True}, "lossy.webp": {"quality": 90}}[kind]
    image.save(path, exif=exif, **options)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    model, pieces, size = load(options.model)
    golden = json.loads((options.model / "golden.json").read_text())["items"]
    prompts = {item["messages"][0]["content"][1]["text"]: item["tokens"] for item in golden
               if item.get("image_layout") == "hf" and len(item["messages"]) == 1}
    chance = random.Random(options.seed)
    answers = []
    for i in range(options.count):
        count = chance.choice([1, 1, 2, 3])
        image, shown = picture(chance, count)
        question = "What is in this picture?" if count == 1 else "How many shapes are there?"
        kind = ["png", "jpg", "webp", "lossy.webp"][i % 4]
        path = options.out / f"{i:03}.{kind}"
        save(image, path, kind, i // 4 % 8 + 1)
        with Image.open(path) as stored:
            upright = ImageOps.exif_transpose(stored).convert("RGB").resize((size, size), Image.Resampling.BILINEAR)
        pixels = torch.from_numpy(np.asarray(upright).astype(np.float32)).permute(2, 0, 1)[None] / 255 * 2 - 1
        ids = torch.tensor([prompts[question]])
        with torch.inference_mode():
            out = model.generate(input_ids=ids, pixel_values=pixels, token_type_ids=(ids == 8).long(),
                                 attention_mask=torch.ones_like(ids), max_new_tokens=40, do_sample=False)
        text = "".join(pieces[t] for t in out[0, ids.shape[1]:].tolist() if t > 8).replace("\u2581", " ").strip()
        expect = shown[0] if count == 1 else COUNTS[count]
        answers.append({"file": path.name, "question": question, "expect": expect, "answer": text})
    (options.out / "answers.json").write_text(json.dumps(answers, indent=1))
    right = sum(each["expect"] in each["answer"] for each in answers)
    print(f"{right} of {len(answers)} answers of the reference are right")


if __name__ == "__main__":
    main()
