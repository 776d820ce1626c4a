// Builds one entry from its statements: registers, arrays, labels, instructions.
#pragma once
#include <algorithm>
#include <cstring>
#include <sstream>

#include "machine.h"

namespace ptx {
constexpr const char* BLANK = " \t\r\n";

inline std::string strip(const std::string& s) {
    size_t a = s.find_first_not_of(BLANK);
    return a == std::string::npos ? "" : s.substr(a, s.find_last_not_of(BLANK) - a + 1);
}

inline bool starts(const std::string& s, const char* with) { return s.rfind(with, 0) == 0; }

/// Parts between commas that lie in no bracket.
inline std::vector<std::string> split(const std::string& s) {
    std::vector<std::string> parts;
    std::string part;
    int depth = 0;
    for (char c : s) {
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        if (c == ',' && depth == 0) {
            parts.push_back(strip(part));
            part.clear();
        } else {
            part += c;
        }
    }
    if (!strip(part).empty()) parts.push_back(strip(part));
    return parts;
}

inline std::vector<std::string> words(const std::string& s) {
    std::istringstream in(s);
    std::vector<std::string> all;
    for (std::string w; in >> w;) all.push_back(w);
    return all;
}

inline u32 bytesOf(const std::string& type) {
    if (type == ".pred") return 0;
    if (type.find("64") != std::string::npos) return 8;
    if (type.find("32") != std::string::npos || type == ".f16x2" || type == ".bf16x2") return 4;
    return type.find("16") != std::string::npos ? 2 : 1;
}

constexpr const char* SPECIALS[] = {"%tid.x", "%tid.y", "%tid.z", "%ntid.x", "%ntid.y", "%ntid.z", "%ctaid.x", "%ctaid.y",
                                "%ctaid.z", "%nctaid.x", "%nctaid.y", "%nctaid.z", "%laneid", "%warpid", "%lanemask_eq",
                                "%lanemask_lt", "%lanemask_le", "%lanemask_gt", "%lanemask_ge"};

struct Register {
    u32 at;
    u8 width;
};

/// One entry.
class Body {
public:
    Body(Kernel& kernel, const std::vector<std::string>& dynamic) : kernel(kernel), dynamic(dynamic) { open(); }

    void open() { scopes.emplace_back(); }
    void close() {
        if (scopes.size() < 2) throw ParseError("a brace too many");
        scopes.pop_back();
    }
    void label(const std::string& name) {
        if (!labels.emplace(name, s32(kernel.code.size())).second) throw ParseError("label " + name + " twice");
    }

    void param(const std::string& declaration) {
        const std::vector<std::string> w = words(declaration);
        u32 size = 0, align = 0;
        std::string name;
        for (size_t k = 1; k < w.size(); k++) {
            if (w[k] == ".align") {
                align = u32(std::stoul(w[++k]));
            } else if (w[k] == ".ptr" || w[k] == ".global" || w[k] == ".const") {
                continue;
            } else if (w[k][0] == '.') {
                size = bytesOf(w[k]);
            } else {
                name = w[k];
            }
        }
        size_t bracket = name.find('[');
        if (bracket != std::string::npos) size *= u32(std::stoul(name.substr(bracket + 1)));
        if (size == 0) throw ParseError("parameter not understood: " + declaration);
        align = bracket == std::string::npos ? size : align;
        kernel.paramBytes = (kernel.paramBytes + align - 1) / align * align;
        params[name.substr(0, bracket)] = kernel.paramBytes;
        kernel.params.push_back({kernel.paramBytes, size});
        kernel.paramBytes += size;
    }

    void declareRegisters(const std::string& s) {
        const size_t blank = s.find_first_of(BLANK, s.find('.', 4));
        const u32 bytes = bytesOf(strip(s.substr(4, blank - 4)));
        for (const std::string& name : split(s.substr(blank))) {
            const size_t range = name.find('<');
            const u8 width = bytes == 1 ? 2 : u8(bytes);
            if (range == std::string::npos) {
                scopes.back()[name] = {allocate(width), width};
                continue;
            }
            const int count = std::stoi(name.substr(range + 1));
            for (int k = 0; k < count; k++) scopes.back()[name.substr(0, range) + std::to_string(k)] = {allocate(width), width};
        }
    }

    /// .shared or .local, .align N, .type, name[count]
    void declareArray(const std::string& s) {
        const std::vector<std::string> w = words(s);
        if (w.size() != 5 || w[1] != ".align") throw ParseError("declaration not understood: " + s);
        const u32 align = u32(std::stoul(w[2])), bytes = std::max(1u, bytesOf(w[3]));
        const size_t bracket = w[4].find('[');
        const u32 size = bytes * (bracket == std::string::npos ? 1 : u32(std::stoul(w[4].substr(bracket + 1))));
        u32& used = w[0] == ".shared" ? kernel.sharedBytes : kernel.localBytes;
        used = (used + align - 1) / align * align;
        symbols[w[4].substr(0, bracket)] = used;
        used += size;
    }

    void instruction(std::string s, u32 line) {
        Instruction i;
        i.line = line;
        const std::string full = s;
        if (s[0] == '@') {
            i.negated = s[1] == '!';
            const size_t end = s.find_first_of(BLANK);
            i.guard = s32(find(s.substr(i.negated ? 2 : 1, end - (i.negated ? 2 : 1)), 'p').at);
            s = strip(s.substr(end));
        }
        const size_t end = s.find_first_of(BLANK);
        const std::string opcode = s.substr(0, end);
        std::vector<std::string> operands = split(end == std::string::npos ? "" : s.substr(end));
        const std::string name = spelling(opcode, operands, i);
        const Spelling* found = spellings().find(name);
        if (!found) throw ParseError("the stand-in does not know " + opcode);
        i.run = found->run;
        i.kind = found->kind;
        i.group = found->group;
        i.space = found->space;
        i.variant = found->variant;
        if (i.kind == Kind::BRANCH) {
            branches.emplace_back(kernel.code.size(), operands.at(0));
        } else if (i.kind == Kind::BARRIER) {
            if (operands != std::vector<std::string>{"0"}) throw ParseError("only barrier 0 of the whole block is known: " + full);
        } else {
            operate(i, found->signature, operands);
        }
        kernel.code.push_back(i);
        kernel.text.push_back(full);
    }

    void finish() {
        for (const auto& [at, name] : branches) {
            const auto label = labels.find(name);
            if (label == labels.end()) throw ParseError("no label " + name);
            kernel.code[at].target = label->second;
        }
        Instruction end;
        const Spelling* exit = spellings().find("ret");
        end.run = exit->run;
        end.kind = exit->kind;
        end.group = exit->group;
        end.line = kernel.code.empty() ? 0 : kernel.code.back().line;
        kernel.code.push_back(end);
        kernel.text.push_back("(end)");
        std::vector<bool> joins(kernel.code.size() + 1);
        for (const auto& label : labels) joins[size_t(label.second)] = true;
        for (size_t k = 0; k < kernel.code.size(); k++) {
            if (kernel.code[k].kind != Kind::PLAIN) joins[k] = joins[k + 1] = true;
        }
        for (size_t k = 0; k < kernel.code.size(); k++) {
            kernel.code[k].beforeJoin = joins[k + 1];
            const Instruction& i = kernel.code[k];
            const bool shared = i.space == Space::SHARED || i.space == Space::GENERIC;
            kernel.code[k].slot = shared ? kernel.slots++ : 0;
        }
    }

private:
    u32 allocate(u32 width) {
        const u32 at = kernel.registerBytes;
        kernel.registerBytes += width == 0 ? 32 : (width * WARP + 31) / 32 * 32;
        return at;
    }

    Register constant(u64 value, u8 width) {
        const auto key = std::make_pair(value, width);
        const auto known = constants.find(key);
        if (known != constants.end()) return known->second;
        const Register r = {allocate(width), width};
        kernel.constants.push_back({r.at, width, value});
        return constants[key] = r;
    }

    static u8 widthOf(char letter, u8 own) { return letter == 'h' ? 2 : letter == 'w' ? 4 : letter == 'q' ? 8 : letter == 'p' ? 0 : own; }

    Register find(const std::string& name, char letter) {
        const u8 immediate = letter == 'x' ? 4 : letter == 'a' ? 8 : widthOf(letter, 4);
        if (name == "_") return {allocate(8), widthOf(letter, 8)};
        for (size_t k = scopes.size(); k-- > 0;) {
            const auto r = scopes[k].find(name);
            if (r == scopes[k].end()) continue;
            if (letter != 'x' && letter != 'a' && r->second.width != widthOf(letter, 0)) throw ParseError("register " + name + " has another width");
            return r->second;
        }
        for (u32 k = 0; k < sizeof SPECIALS / sizeof *SPECIALS; k++) {
            if (name != SPECIALS[k]) continue;
            const auto known = special.find(name);
            if (known != special.end()) return known->second;
            const Register r = {allocate(4), 4};
            kernel.specials.push_back({r.at, u8(k)});
            return special[name] = r;
        }
        const auto symbol = symbols.find(name);
        if (symbol != symbols.end()) return constant(symbol->second, immediate);
        for (const std::string& d : dynamic) {
            if (d == name) return dynamicBase(immediate);
        }
        if (starts(name, "0f") || starts(name, "0F")) return constant(std::stoul(name.substr(2), nullptr, 16), 4);
        if (isdigit(name[0]) || name[0] == '-') {
            const u64 v = name[0] == '-' ? u64(std::stoll(name, nullptr, 0)) : std::stoull(name, nullptr, 0);
            if (letter == 'p') return constant(v != 0, 0);
            return constant(immediate == 8 ? v : v & ((1ull << (8 * immediate)) - 1), immediate);
        }
        throw ParseError("unknown operand " + name);
    }

    /// Dynamic shared memory begins behind the static: whose size is known, since declarations come first.
    Register dynamicBase(u8 width) { return constant((kernel.sharedBytes + 15) & ~15u, width); }

    /// The name under which the table knows an opcode: without what changes nothing here, as caching.
    static std::string spelling(const std::string& opcode, const std::vector<std::string>& operands, Instruction& i) {
        if (starts(opcode, "cp.async.ca.") || starts(opcode, "cp.async.cg.")) {
            i.elements = u8(std::stoi(operands.at(2)));
            return operands.size() > 3 ? "cp.async.partial" : "cp.async";
        }
        if (starts(opcode, "cp.async.wait_group")) i.offset = std::stoi(operands.at(0));
        if (opcode == "bra.uni" || opcode == "ret.uni") return opcode.substr(0, 3);
        if (opcode == "barrier.sync.aligned") return "bar.sync";
        const bool memory = starts(opcode, "ld.") || starts(opcode, "st.") || starts(opcode, "atom.") || starts(opcode, "red.");
        if (memory) {
            static const char* const without[] = {"nc", "volatile", "relaxed", "acquire", "release", "acq_rel", "weak", "gpu",
                                                  "cta", "sys", "ca", "cg", "cs", "lu", "cv", "wb", "wt"};
            std::istringstream in(opcode);
            std::string kept;
            for (std::string part; std::getline(in, part, '.');) {
                bool drop = starts(part, "L1::") || starts(part, "L2::");
                for (const char* w : without) drop |= part == w;
                if (part == "v2" || part == "v4") i.elements = u8(part[1] - '0');
                if (!drop) kept += (kept.empty() ? "" : ".") + part;
            }
            return kept;
        }
        if (starts(opcode, "mov.") && operands.size() == 2) {
            const std::string type = opcode.substr(0, 5) == "mov.b" ? opcode : "mov.b" + opcode.substr(5);
            if (operands[1][0] == '{') return type + ".pack" + std::to_string(split(operands[1].substr(1, operands[1].size() - 2)).size());
            if (operands[0][0] == '{') return type + ".unpack" + std::to_string(split(operands[0].substr(1, operands[0].size() - 2)).size());
        }
        return opcode;
    }

    void address(Instruction& i, const std::string& s, Register& r) {
        const std::string inner = strip(s.substr(1, s.size() - 2));
        const size_t plus = inner.find('+');
        const std::string base = strip(inner.substr(0, plus));
        s64& offset = i.count == 1 && i.run == spellings().find("cp.async")->run ? i.fromOffset : i.offset;
        offset = plus == std::string::npos ? 0 : std::stoll(inner.substr(plus + 1), nullptr, 0);
        if (i.space == Space::PARAM) {
            const auto p = params.find(base);
            if (p == params.end()) throw ParseError("no parameter " + base);
            offset += p->second;
            return;
        }
        r = find(base, 'a');
    }

    void operate(Instruction& i, const std::string& signature, const std::vector<std::string>& operands) {
        std::vector<std::string> flat;
        for (const std::string& o : operands) {
            const size_t bar = o.find('|');
            if (o[0] == '{') {
                for (const std::string& e : split(o.substr(1, o.size() - 2))) flat.push_back(e);
            } else if (bar != std::string::npos && o[0] != '[') {
                flat.push_back(strip(o.substr(0, bar)));
                flat.push_back(strip(o.substr(bar + 1)));
            } else {
                flat.push_back(o);
            }
        }
        const bool second = signature.size() > 3 && signature[1] == 'p' && flat.size() + 1 == signature.size();
        if (second) flat.insert(flat.begin() + 1, "_");
        // The count of cp.async and of its wait are immediates.
        if (starts(signature, "aa")) flat.erase(flat.begin() + 2);
        if (signature.empty()) flat.clear();
        if (flat.size() != signature.size() || flat.size() > MOST_OPERANDS) throw ParseError("wrong number of operands");
        for (size_t k = 0; k < flat.size(); k++, i.count++) {
            std::string name = flat[k];
            if (signature[k] == 'p' && name[0] == '!') {
                i.negatedOperands |= u16(1u << k);
                name = strip(name.substr(1));
            }
            Register r = {0, 4};
            if (signature[k] == 'a') {
                if (name[0] != '[') throw ParseError("not an address: " + name);
                address(i, name, r);
            } else {
                r = find(name, signature[k]);
            }
            i.at[k] = r.at;
            i.width[k] = r.width;
        }
    }

    Kernel& kernel;
    const std::vector<std::string>& dynamic;
    std::vector<std::map<std::string, Register>> scopes;
    std::map<std::string, s32> labels;
    std::map<std::string, u32> params, symbols;
    std::map<std::string, Register> special;
    std::map<std::pair<u64, u8>, Register> constants;
    std::vector<std::pair<size_t, std::string>> branches;
};
}  // namespace ptx
