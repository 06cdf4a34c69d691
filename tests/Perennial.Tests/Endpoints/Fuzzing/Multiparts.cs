using System.Text;

namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>Bodies of multipart/form-data, right ones and wrong ones.</summary>
internal static class Multiparts
{
    private static readonly string[] Dispositions =
    [
        "form-data; name=\"i\"; filename=\"i.png\"", "form-data; name=\"i\"", "form-data", "attachment; filename=x", "form-data; filename*=UTF-8''%ff%fe", "form-data; name=i; filename=", "form-data; name=\"unclosed", "; ; ;", "", "\u00FF\u00FE",
        "form-data; name=\"i\"; filename=\"../../../etc/passwd\"", "form-data; name=\"i\"; filename=\"" + "x\\\"y\"",
    ];

    private static readonly string[] Boundaries = ["b", "--", "'()+_,-./:=?", new string('b', 70), "with blank", "\u00E9"];
    private static readonly string[] Types = ["image/png", "text/plain", "application/json", "multipart/mixed; boundary=b", "image/", "/", "", "application/octet-stream"];

    /// <summary>Files as a browser would send them.</summary>
    public static (string Type, byte[] Body) Files(params byte[][] images) =>
        ("multipart/form-data; boundary=b", [.. images.SelectMany(image => Part("b", Dispositions[0], "image/png", image, "\r\n")), .. "--b--\r\n"u8]);

    public static (string Type, byte[] Body) Random(byte[][] images, Random random)
    {
        string boundary = random.Pick(Boundaries), line = random.OneIn(12) ? "\n" : "\r\n";
        string named = random.Next(12) switch { 0 => boundary + "x", 1 => new string('b', 71), 2 => "", 3 => boundary[..^1], _ => boundary };
        string type = random.Next(10) switch { 0 => "multipart/form-data", 1 => $"multipart/mixed; boundary={named}", 2 => $"multipart/form-data; boundary={named}; boundary=c", 3 => $"Multipart/Form-Data;boundary={named}", _ => $"multipart/form-data; boundary=\"{named}\"" };
        int parts = random.Next(12) switch { 0 => 0, 1 => 17, 2 => 300, _ => random.Next(1, 4) };
        List<byte> body = random.OneIn(10) ? [.. "preamble\r\n"u8] : [];
        for (int part = 0; part < parts; part++)
        {
            string disposition = parts <= 10 && random.OneIn(3) ? random.Pick(Dispositions) + Extra(random, line) : Dispositions[0];
            byte[] content = parts > 10 ? "x"u8.ToArray() : random.OneIn(3) ? SampleImages.Mutate(random.Pick(images), random) : random.Pick(images);
            body.AddRange(Part(boundary, disposition, random.OneIn(4) ? random.Pick(Types) : "image/png", content, line));
        }
        body.AddRange(Encoding.Latin1.GetBytes(random.Next(8) switch { 0 => "", 1 => $"--{boundary}", 2 => $"--{boundary}-", 3 => $"--{boundary}--", 4 => $"--{boundary}--{line}epilogue", _ => $"--{boundary}--{line}" }));
        return (type, random.OneIn(4) ? ByteMutation.Apply([.. body], random) : [.. body]);
    }

    private static string Extra(Random random, string line) => random.Next(14) switch
    {
        0 => $"{line}X: {new string('x', 9000)}",
        1 => string.Concat(Enumerable.Range(0, 30).Select(at => $"{line}X{at}: 1")),
        2 => $"{line}no colon",
        3 => $"{line}: no name",
        4 => $"{line}X: {new string('x', 120_000)}",
        5 => $"{line}Content-Disposition: form-data",
        6 => $"{line}\0: \0",
        _ => "",
    };

    private static byte[] Part(string boundary, string disposition, string type, byte[] content, string line) =>
        [.. Encoding.Latin1.GetBytes($"--{boundary}{line}Content-Disposition: {disposition}{line}Content-Type: {type}{line}{line}"), .. content, .. Encoding.Latin1.GetBytes(line)];
}
