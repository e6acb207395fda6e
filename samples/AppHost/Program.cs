// Two nodes of the web sample on one Redis, with Aspire's dashboard: dotnet run --project samples/AppHost
// Aspire starts Redis in a container, so this needs Docker or Podman. CI only builds it.
var builder = DistributedApplication.CreateBuilder(args);

var redis = builder.AddRedis("redis").WithDataVolume();
var first = AddNode("chat-1", 5001);
var second = AddNode("chat-2", 5002);

// The page connects to both nodes: when one is stopped in the dashboard, its users continue on the other.
var nodes = ReferenceExpression.Create($"{first.GetEndpoint("http")},{second.GetEndpoint("http")}");
first.WithEnvironment("nodes", nodes);
second.WithEnvironment("nodes", nodes);

builder.Build().Run();

IResourceBuilder<ProjectResource> AddNode(string name, int port) => builder.AddProject<Projects.WebChat>(name, options => options.ExcludeLaunchProfile = true)
    .WithHttpEndpoint(port)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health/ready")
    .WithEnvironment("redis", redis.Resource.ConnectionStringExpression)
    .WaitFor(redis);
