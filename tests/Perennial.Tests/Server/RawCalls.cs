using System.Net.Sockets;
using System.Text;

namespace Perennial.Tests.Server;

/// <summary>Requests written byte by byte: what no client library would send, and bodies that never end.</summary>
internal static class RawCalls
{
    /// <summary>All that the server answers until it closes the connection; the request stays as unfinished as it is.</summary>
    /// <param name="server">To whom.</param>
    /// <param name="head">Request line and headers, each with its line end; without the blank line.</param>
    /// <param name="body">What follows.</param>
    public static async Task<string> SendRawAsync(this LiveServer server, string head, string body = "")
    {
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", server.Http.BaseAddress!.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{head}Connection: close\r\n\r\n{body}"), TestContext.Current.CancellationToken);
        using MemoryStream answer = new();
        try
        {
            await client.GetStream().CopyToAsync(answer, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // After its answer the server waits some seconds for the rest of a body, and then resets the connection.
        }
        return Encoding.ASCII.GetString(answer.ToArray());
    }
}
