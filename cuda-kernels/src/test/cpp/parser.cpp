// Reads PTX as the compiler writes it.
#include "entry.h"

namespace ptx {
namespace {
/// Comments become blanks, so that lines keep their numbers.
std::string withoutComments(const std::string& text) {
    std::string t = text;
    for (size_t i = 0; i + 1 < t.size(); i++) {
        if (t[i] != '/' || (t[i + 1] != '/' && t[i + 1] != '*')) continue;
        bool line = t[i + 1] == '/';
        size_t end = line ? t.find('\n', i) : t.find("*/", i + 2);
        end = end == std::string::npos ? t.size() : line ? end : end + 2;
        for (; i < end; i++) {
            if (t[i] != '\n') t[i] = ' ';
        }
    }
    return t;
}

class Reader {
public:
    explicit Reader(const std::string& source) : text(withoutComments(source)) {}

    Module module() {
        Module m;
        try {
            while (!strip(text.substr(at)).empty()) topLevel(m);
        } catch (const ParseError& e) {
            throw ParseError("PTX line " + std::to_string(started) + ": " + e.what());
        } catch (const std::exception&) {
            throw ParseError("PTX line " + std::to_string(started) + ": not understood");
        }
        if (m.version == 0) throw ParseError("no .version");
        return m;
    }

private:
    void topLevel(Module& m) {
        skipBlanks();
        started = line;
        if (text.compare(at, 8, ".version") == 0) {
            const std::vector<std::string> w = words(upTo("\n"));
            m.version = int(std::stof(w.at(1)) * 10 + 0.5f);
        } else if (text.compare(at, 7, ".target") == 0) {
            m.target = std::stoi(words(upTo("\n")).at(1).substr(3));
        } else if (text.compare(at, 13, ".address_size") == 0) {
            if (words(upTo("\n")).at(1) != "64") throw ParseError("addresses are not of 64 bits");
        } else if (text.compare(at, 15, ".extern .shared") == 0) {
            const std::string d = upTo(";");
            const std::string name = words(d).back();
            dynamic.push_back(name.substr(0, name.find('[')));
        } else if (text.compare(at, 7, ".entry ") == 0 || text.compare(at, 15, ".visible .entry") == 0) {
            entry(m);
        } else {
            throw ParseError("the stand-in does not know " + words(text.substr(at, 80)).at(0) + " outside of an entry");
        }
    }

    void entry(Module& m) {
        auto kernel = std::make_shared<Kernel>();
        kernel->name = words(upTo("(")).back();
        Body body(*kernel, dynamic);
        for (const std::string& p : split(upTo(")"))) body.param(p);
        const std::vector<std::string> directives = words(upTo("{"));
        for (size_t k = 0; k + 1 < directives.size(); k++) {
            if (directives[k] == ".maxntid") {
                kernel->maxThreads = u32(std::stoul(directives[k + 1]));
                for (size_t d = k + 2; d < k + 4 && d < directives.size(); d++) kernel->maxThreads *= u32(std::stoul(directives[d]));
            }
        }
        statements(body);
        body.finish();
        m.kernels[kernel->name] = kernel;
    }

    void statements(Body& body) {
        int depth = 1;
        std::string current;
        for (; depth > 0; advance()) {
            if (at >= text.size()) throw ParseError("an entry without its end");
            const char c = text[at];
            const bool empty = strip(current).empty();
            if (empty) started = line;
            if (c == '{' && empty) {
                depth++;
                body.open();
            } else if (c == '}' && empty) {
                if (--depth > 0) body.close();
            } else if (c == ':' && !starts(strip(current), "@") && strip(current).find_first_of(BLANK) == std::string::npos &&
                       text[at + 1] != ':' && current.find("::") == std::string::npos && text[at - 1] != ':') {
                body.label(strip(current));
                current.clear();
            } else if (c == ';') {
                statement(body, strip(current));
                current.clear();
            } else {
                current += c == '\n' || c == '\t' || c == '\r' ? ' ' : c;
            }
        }
    }

    void statement(Body& body, const std::string& s) {
        if (s.empty() || starts(s, ".pragma")) return;
        if (starts(s, ".reg")) return body.declareRegisters(s);
        if (starts(s, ".shared") || starts(s, ".local")) return body.declareArray(s);
        if (s[0] == '.') throw ParseError("the stand-in does not know " + words(s).at(0));
        body.instruction(s, started);
    }

    void advance() {
        if (text[at] == '\n') line++;
        at++;
    }
    void skipBlanks() {
        while (at < text.size() && strchr(BLANK, text[at])) advance();
    }
    std::string upTo(const char* end) {
        const size_t from = at, to = text.find(end, at);
        if (to == std::string::npos) throw ParseError(std::string("no ") + end);
        while (at < to + 1) advance();
        return text.substr(from, to - from);
    }

    std::string text;
    size_t at = 0;
    u32 line = 1, started = 1;
    std::vector<std::string> dynamic;
};
}  // namespace

Module parse(const std::string& text) { return Reader(text).module(); }

void Spellings::add(const std::string& name, const std::string& signature, Handler run, Group group, Kind kind, Space space, u8 variant) {
    all[name] = {run, signature, group, kind, space, variant};
}
const Spelling* Spellings::find(const std::string& name) const {
    const auto s = all.find(name);
    return s == all.end() ? nullptr : &s->second;
}
std::vector<std::string> Spellings::names() const {
    std::vector<std::string> n;
    for (const auto& s : all) n.push_back(s.first);
    return n;
}

const Spellings& spellings() {
    static const Spellings table = [] {
        Spellings s;
        addIntegers(s), addComparisons(s), addMoves(s), addFloats(s), addConversions(s);
        addMemory(s), addAtomics(s), addCollectives(s), addMatrices(s);
        return s;
    }();
    return table;
}
}  // namespace ptx
