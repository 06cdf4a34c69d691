namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>Changes to the request line and the headers.</summary>
internal static class HeadMutation
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "get", "X"];

    private static readonly string[] Queries =
    [
        "?", "?&&&", "?=", "?=x", "?k", "?k=", "?k=5&k=6", "?k=-1", "?k=99999999999", "?k=1e3", "?K=3", "?top=0", "?top=5", "?size=8", "?size=0", "?size=4096", "?size=%38", "?dimensions=3", "?dimensions=%00", "?encoding_format=base64",
        "?encoding_format=FLOAT", "?label=%ED%A0%80", "?label=%00", "?label=%", "?label=%zz", "?label=a%0Ab", "?label=cat", "?metadata=%7B%22a%22:1%7D", "?metadata=%7B%22a%22:%22%5Cud800%22%7D", "?metadata=[]", "?metadata=%7B%22a%22:1,%22a%22:2%7D",
        "?metadata={" + "%22a%22:{", "?limit=0", "?limit=1001", "?limit=5", "?" + new string('a', 4000), "?label=" + new string('x', 201), "?%6B=3", "?k=3#x", "?unknown=1", "?\u00FF=\u00FE",
    ];

    private static readonly string[] Paths =
    [
        "/", "/nothing", "/%2e%2e/%2e%2e/etc/passwd", "/../../etc/passwd", "/images/..%2f..%2fperennial.db", "/images/%00", "/images/%2e%2e", "/images/..", "/images//content", "/images/" + new string('a', 64), "/images/" + new string('g', 64),
        "/images/" + new string('A', 64) + "/content", "/images/" + new string('x', 3000), "/images/%F0%9F%98%80", "/images/%ED%A0%80", "/images/%FF", "/images/a%2Fb", "/images/a/b/c/d", "/EMBED", "/embed/", "/embed//", "//embed", "/embed;x=1", "/embed%20", "/embed%3Fk=1", "/.%2e/embed", "/./embed",
        "/v1", "/v1/", "/v1/models", "/V1/embeddings", "/v1/embeddings/x", "/v1/models/encoder", "/v1/chat/completions", "/v2", "/v2/", "/v2x", "/V2/models/encoder", "/v2/models", "/v2/models/encoder", "/v2/models/classifier/ready", "/v2/models/encoder/versions/1", "/v2/models/encoder/versions/99999999999999999999/infer",
        "/v2/models/%00/infer", "/v2/models/../infer", "/v2/models//infer", "/v2/models/" + new string('m', 2000) + "/infer", "/v2/health/ready", "/v2/repository/index", "/v2/repository/models/encoder/load", "/admin", "/admin/runs", "/admin/runs/x", "/admin/runs/%00/events", "/admin/runs/../policy",
        "/admin/runs/x/cancel", "/admin/generations", "/admin/generations/0/promote", "/admin/generations/-1/promote", "/admin/generations/2147483648/promote", "/admin/generations/7/promote", "/admin/generations/x/promote", "/admin/rollback", "/admin/policy", "/health", "/health/live", "/health/ready/x", "/metrics",
        "/openapi/v1.json", "/openapi/v2.json", "/openapi/..%2fv1.json", "/docs", "/docs/", "/docs/../../x", "/docs/scalar.js", "/index.html", "/wwwroot/index.html", "/appsettings.json", "*", "http://localhost/health/live", "http://elsewhere.example/embed", "embed", "/" + new string('p', 9000), "/\u00E4", "/a b", "/%",
    ];

    private static readonly (string Name, string Value)[] Odd =
    [
        ("Content-Type", ""), ("Content-Type", "application/json; charset=utf-16"), ("Content-Type", "application/json; charset=nonsense"), ("Content-Type", "application/problem+json"), ("Content-Type", "image/png, image/png"), ("Content-Type", "image/"), ("Content-Type", "/"), ("Content-Type", "application/octet-stream"),
        ("Content-Type", "application/x-www-form-urlencoded"), ("Content-Type", "multipart/form-data"), ("Content-Type", "image/png; boundary=x"), ("Content-Type", new string('a', 5000)), ("Content-Encoding", "gzip"), ("Content-Encoding", "identity"), ("Content-Encoding", "identity, gzip"), ("Content-Encoding", ""),
        ("Accept", "text/html"), ("Accept", "\u00FF"), ("Accept-Encoding", "gzip;q=x"), ("Authorization", "Bearer"), ("Authorization", "Bearer x"), ("Authorization", "Basic eDp5"), ("Authorization", new string('k', 4000)), ("X-API-Key", ""), ("X-API-Key", "x"), ("Origin", "https://elsewhere.example"), ("Origin", "null"),
        ("Sec-Fetch-Site", "cross-site"), ("Host", ""), ("Host", "elsewhere.example"), ("Host", "localhost:99999"), ("Host", "[::1"), ("Host", "a b"), ("Host", "[::1]:80"), ("Range", "bytes=0-3"), ("Range", "bytes=999999-"), ("Range", "bytes=5-1"), ("Range", "bytes=-0"), ("Range", "bytes=a-b"), ("Range", "bytes=0-1,3-4"),
        ("If-None-Match", "*"), ("If-None-Match", "x"), ("If-Match", "\"x\""), ("If-Match", "*"), ("If-Modified-Since", "yesterday"), ("If-Unmodified-Since", "Mon, 01 Jan 1990 00:00:00 GMT"), ("If-Range", "\"x\""), ("Expect", "100-continue"), ("Expect", "200-ok"), ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Connection", "close"),
        ("Transfer-Encoding", "identity"), ("Transfer-Encoding", "\u000B chunked"), ("Last-Event-ID", "-1"), ("Last-Event-ID", "99999999999999999999"), ("Last-Event-ID", "1"), ("X-HTTP-Method-Override", "DELETE"), ("X-Forwarded-For", "127.0.0.1"), ("Cookie", new string('c', 4000)), ("Te", "trailers"), ("traceparent", "00-x"), ("traceparent", "00-" + new string('0', 32) + "-" + new string('0', 16) + "-00"),
        ("Inference-Header-Content-Length", "0"), ("Inference-Header-Content-Length", "5"), ("X Y", "1"), ("", "1"), ("X", "a\0b"), ("X", "a\rb"), ("X\u00E9", "1"), ("Content-Length", "3"), (":path", "/x"), ("Keep-Alive", "timeout=0"), ("Date", "never"), ("X", new string('x', 40_000)),
    ];

    public static void Method(FuzzRequest request, Random random) => request.Method = random.Pick(Methods);

    public static void Target(FuzzRequest request, Random random)
    {
        string path = request.Target.Split('?')[0];
        request.Target = random.Next(5) switch
        {
            0 or 1 => path + random.Pick(Queries),
            2 => path.Insert(random.Next(path.Length + 1), random.Pick(["%00", "%2e", "%", "//", "..", "\u00FF", "%C0%AE", "~", " ", ";", "%0d%0a"])),
            _ => random.Pick(Paths) + (random.OneIn(6) ? random.Pick(Queries) : ""),
        };
        request.IsWholeHttp = false;
    }

    public static void Header(FuzzRequest request, Random random)
    {
        int odd = random.Next(10);
        if (odd == 0)
            request.Headers.AddRange(Enumerable.Range(0, random.Pick([50, 100, 3000])).Select(at => ($"X-{at}", "1")));
        else if (odd == 1 && request.Headers.Count > 0)
            request.Headers.Add(random.Pick(request.Headers)); // twice
        else if (odd == 2 && request.Headers.Count > 0)
            request.Headers.Remove(random.Pick(request.Headers));
        else if (odd == 3)
            request.Version = random.Pick(["HTTP/1.0", "HTTP/1.0", "HTTP/2.0", "HTTP/3", "HTTP/1.11", "http/1.1", "", "X"]);
        else
            Put(request, random.Pick(Odd), random);
        request.IsWholeHttp = false;
    }

    private static void Put(FuzzRequest request, (string Name, string Value) header, Random random)
    {
        if (!random.OneIn(4)) request.Headers.RemoveAll(old => old.Name == header.Name);
        request.Headers.Add(header);
    }
}
