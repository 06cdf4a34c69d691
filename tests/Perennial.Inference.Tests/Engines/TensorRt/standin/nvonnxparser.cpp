// Reads the inputs and outputs of an ONNX file, and nothing of its nodes.
#include "network.h"

using nvinfer1::ILogger;
using standin::Counted;

namespace
{
// One protobuf message: its fields in turn.
class Message
{
public:
    Message(unsigned char const* at, std::size_t size) : mAt(at), mEnd(at + size) {}

    bool next()
    {
        if (mAt == mEnd || bad)
            return false;
        uint64_t tag = varint();
        field = static_cast<int>(tag >> 3);
        number = 0;
        length = 0;
        if ((tag & 7) == 0)
            number = static_cast<int64_t>(varint());
        else if ((tag & 7) == 2 && (length = varint()) <= static_cast<uint64_t>(mEnd - mAt))
        {
            content = mAt;
            mAt += length;
        }
        else
            bad = true;
        return !bad;
    }
    Message inner() const { return {content, static_cast<std::size_t>(length)}; }
    std::string text() const { return {reinterpret_cast<char const*>(content), static_cast<std::size_t>(length)}; }

    int field{};
    int64_t number{};
    uint64_t length{};
    unsigned char const* content{};
    bool bad{};

private:
    uint64_t varint()
    {
        uint64_t value = 0;
        for (int shift = 0; mAt < mEnd && shift < 64; shift += 7)
        {
            unsigned char byte = *mAt++;
            value |= static_cast<uint64_t>(byte & 0x7F) << shift;
            if (byte < 0x80)
                return value;
        }
        bad = true;
        return 0;
    }

    unsigned char const* mAt;
    unsigned char const* mEnd;
};

standin::Value valueInfo(Message info)
{
    standin::Value value{"", {}, 99};
    while (info.next())
    {
        if (info.field == 1)
            value.name = info.text();
        if (info.field != 2)
            continue;
        for (Message type = info.inner(); type.next();)
            for (Message tensor = type.inner(); type.field == 1 && tensor.next();)
            {
                if (tensor.field == 1)
                    value.type = tensor.number == 1 ? 0 : tensor.number == 10 ? 1 : tensor.number == 7 ? 8 : 99;
                for (Message shape = tensor.inner(); tensor.field == 2 && shape.next();)
                {
                    Message dimension = shape.inner();
                    bool fixed = dimension.next() && dimension.field == 1;
                    if (value.shape.nbDims < 8)
                        value.shape.d[value.shape.nbDims++] = fixed ? dimension.number : -1;
                }
            }
    }
    return value;
}

class Error final : public nvonnxparser::IParserError
{
public:
    Error(char const* text, int node) : mText(text), mNode(node) {}
    char const* desc() const noexcept override { return mText; }
    int node() const noexcept override { return mNode; }

private:
    char const* mText;
    int mNode;
};

class Parser final : public nvonnxparser::IParser, Counted
{
public:
    Parser(void* network, std::shared_ptr<standin::Life> life) : Counted("parser", life), mNetwork(network) {}
    ~Parser() override = default;

    bool parse(void const* model, std::size_t size, char const* path) noexcept override
    {
        standin::count("parse");
        standin::expect(path == nullptr, "a path beside the bytes");
        standin::Read read;
        Message file(static_cast<unsigned char const*>(model), size);
        while (file.next())
            for (Message graph = file.inner(); file.field == 7 && graph.next();)
            {
                if (graph.field == 11)
                    read.inputs.push_back(valueInfo(graph.inner()));
                if (graph.field == 12)
                    read.outputs.push_back(valueInfo(graph.inner()));
            }
        mFailed = file.bad || read.inputs.empty() || standin::on("fail.parse");
        if (!mFailed)
            standin::fill(mNetwork, read);
        return !mFailed;
    }
    int getNbErrors() const noexcept override { return mFailed && !standin::on("lie.noErrors") ? 2 : 0; }
    nvonnxparser::IParserError const* getError(int index) const noexcept override
    {
        standin::expect(index == 0 || index == 1, "an error that is not there");
        return index == 0 ? &mFirst : &mSecond;
    }

private:
    void* mNetwork;
    bool mFailed{};
    Error mFirst{"the model does not parse", -1}, mSecond{"Einsum is not known here", 7};
};
}

extern "C" {
EXPORT void* createNvOnnxParser_INTERNAL(void* network, void* object, int version) noexcept
{
    auto* logger = static_cast<ILogger*>(object);
    standin::expect(version == 100, "the parser's version is not 0.1.0");
    standin::count("createNvOnnxParser");
    logger->log(3, "[stand-in] a parser comes");
    if (!standin::on("fail.createNvOnnxParser"))
        return static_cast<nvonnxparser::IParser*>(new Parser(network, standin::fill(network, {})));
    logger->log(1, "[stand-in] createNvOnnxParser failed on demand");
    return nullptr;
}
}
