using System.Text.Json.Nodes;
using Perennial.Tests.Server;

namespace Perennial.Tests.Background.Triggers;

public sealed class PolicyTests : IAsyncLifetime
{
    private LiveServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await LiveServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("""{"triggers":{"schedule":{"enabled":true,"cron":"every night"}}}""", "invalid_policy", "'triggers.schedule.cron' is no cron expression")]
    [InlineData("""{"triggers":{"schedule":{"cron":"61 3 * * *"}}}""", "invalid_policy", "'triggers.schedule.cron'")]
    [InlineData("""{"triggers":{"schedule":{"cron":"0 0 30 2 *"}}}""", "invalid_policy", "'triggers.schedule.cron' names a time that never comes")]
    [InlineData("""{"triggers":{"schedule":{"cron":""}}}""", "invalid_policy", "'triggers.schedule.cron' is empty")]
    [InlineData("""{"triggers":{"schedule":{"timeZone":"Mars/Olympus"}}}""", "invalid_policy", "'triggers.schedule.timeZone' is a time zone that is not known here")]
    [InlineData("""{"triggers":{"amount":{"images":-5}}}""", "invalid_policy", "'triggers.amount.images' is -5; give a number from 1 to 1000000000.")]
    [InlineData("""{"triggers":{"amount":{"share":0}}}""", "invalid_policy", "'triggers.amount.share' is 0")]
    [InlineData("""{"triggers":{"amount":{"images":null,"share":null}}}""", "invalid_policy", "'triggers.amount.images' is null like share")]
    [InlineData("""{"triggers":{"amount":{"require":"most"}}}""", "invalid_request", "$.triggers.amount.require must be one of: all, any.")]
    [InlineData("""{"triggers":{"drift":{"metric":"psi"}}}""", "invalid_request", "$.triggers.drift.metric must be one of: mmd.")]
    [InlineData("""{"triggers":{"performance":{"metric":"vibes"}}}""", "invalid_request", "$.triggers.performance.metric must be one of: knn.")]
    [InlineData("""{"triggers":{"drift":{"leastImages":300,"sampleSize":256}}}""", "invalid_policy", "'triggers.drift.leastImages' is above sampleSize (256)")]
    [InlineData("""{"triggers":{"drift":{"effectSize":0.5}}}""", "invalid_policy", "'triggers.drift.effectSize' is 0.5")]
    [InlineData("""{"triggers":{"cooldown":{"minutes":2000}}}""", "invalid_policy", "'triggers.cooldown.longestMinutes' is below minutes (2000)")]
    [InlineData("""{"triggers":{"cost":{"minutesPerDay":0}}}""", "invalid_policy", "'triggers.cost.minutesPerDay' is 0; give a number from 1 to 1440.")]
    [InlineData("""{"triggers":{"firstRun":{"images":1.5}}}""", "invalid_request", "$.triggers.firstRun.images")]
    [InlineData("""{"triggers":{"lunch":{}}}""", "invalid_request", "The member $.triggers.lunch is not known here.")]
    [InlineData("""{"triggers":null}""", "invalid_request", "$.triggers")]
    [InlineData("""{"gate":{"leastRank":0},"limits":{"nice":40}}""", "invalid_policy", "'limits.nice' is 40; give a number from 0 to 19.")]
    public async Task An_impossible_policy_is_refused_by_the_name_of_its_member_and_changes_nothing(string json, string code, string says)
    {
        await PutAsync("""{"limits":{"nice":7},"triggers":{"amount":{"images":321}}}""").ReadAsync();
        JsonObject before = await GetAsync("/admin/policy");
        JsonObject problem = await PutAsync(json).ProblemAsync(400, code);
        Assert.Contains(says, (string?)problem["detail"], StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(before, await GetAsync("/admin/policy")));
    }

    [Fact]
    public async Task What_was_put_is_what_is_got()
    {
        JsonObject put = await PutAsync("""{"triggers":{"enabled":false,"schedule":{"enabled":true,"cron":"*/5 * * * *","timeZone":"Europe/Berlin"},"amount":{"images":null,"share":0.5,"require":"any"},"cost":{"minutesPerDay":null}}}""").ReadAsync();
        JsonObject got = await GetAsync("/admin/policy");
        Assert.True(JsonNode.DeepEquals(put, got));
        await PutAsync(got.ToJsonString()).ReadAsync();
        Assert.True(JsonNode.DeepEquals(got, await GetAsync("/admin/policy")));
        Assert.Equal(("*/5 * * * *", 0.5, true), ((string?)got["triggers"]!["schedule"]!["cron"], (double)got["triggers"]!["amount"]!["share"]!, got["triggers"]!["cost"]!["minutesPerDay"] is null));
    }

    [Theory]
    [InlineData("0"), InlineData("1001"), InlineData("many")]
    public async Task A_number_of_decisions_out_of_range_is_refused(string limit) =>
        await _server.Http.GetAsync($"/admin/decisions?limit={limit}", TestContext.Current.CancellationToken).ProblemAsync(400, "invalid_request");

    private Task<HttpResponseMessage> PutAsync(string json) => _server.Http.PutJsonAsync("/admin/policy", json);

    private Task<JsonObject> GetAsync(string path) => _server.Http.GetAsync(path, TestContext.Current.CancellationToken).ReadAsync();
}
